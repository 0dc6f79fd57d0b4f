"""The real thing: BentoML's server with two worker processes."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from time import sleep
from urllib.parse import urlsplit

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.child import Served, free_port, served
from service.serve import ROOT
from service.settings import ServiceSettings
from tests.service.fakes import BRIGHT, DARK

ENSEMBLE = """
name: demo
target: light
voters:
  - {name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5, options: {}}
  - name: broken
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: 0.5
    options: {behaves: raises}
full_ballots: 0
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "fake.yaml").write_text(ENSEMBLE)
    settings = ServiceSettings(
        ensembles=(folder / "fake.yaml",), workers=2, port=free_port(), drain_seconds=1
    )
    with served(settings, log=folder / "log.txt") as running:
        yield running


def ask(server: Served, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    parts = urlsplit(server.url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=20)) as connection:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read().decode()


def post(server: Served, body: bytes) -> int:
    return ask(server, "POST", "/v1/triage", body)[0]


def metrics(server: Served) -> dict[str, float]:
    """The sum of each metric over its labels."""
    totals: dict[str, float] = {}
    for family in text_string_to_metric_families(ask(server, "GET", "/metrics")[1]):
        for sample in family.samples:
            totals[sample.name] = totals.get(sample.name, 0) + sample.value
    return totals


def test_metrics_are_exact_over_all_workers(server: Served) -> None:
    bodies = [BRIGHT, DARK, b"text"] * 20
    with ThreadPoolExecutor(8) as clients:
        statuses = list(clients.map(lambda body: post(server, body), bodies))
    totals = metrics(server)

    assert [statuses.count(status) for status in (200, 415)] == [40, 20]
    assert totals["skysift_frames_received_total"] == 60
    assert totals["skysift_frames_total"] == 60
    assert totals["skysift_voter_failures_total"] == 20
    assert totals["skysift_http_requests_total"] == 60
    assert totals["skysift_frames_in_flight"] == 0
    assert totals["skysift_ensemble_info"] == 1
    assert not [name for name in totals if "bentoml" in name]


def curl_lines() -> list[str]:
    page = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    return [line for line in page.splitlines() if line.startswith("curl ")]


@pytest.mark.skipif(which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("line", curl_lines())
def test_a_curl_line_of_the_docs_works(server: Served, line: str, tmp_path: Path) -> None:
    for name in ("picture.jpg", "another.jpg"):
        (tmp_path / name).write_bytes(BRIGHT)
    command = shlex.split(line.replace("http://localhost:3000", server.url))

    done = subprocess.run([*command, "--fail"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 0


def test_counts_survive_a_worker(server: Served) -> None:
    before = metrics(server)
    victim = psutil.Process(server.process_id).children()[0]
    victim.kill()

    after = metrics(server)

    assert after["skysift_frames_total"] == before["skysift_frames_total"]


def test_on_sigterm_it_turns_unready_and_still_answers_for_a_while(server: Served) -> None:
    os.kill(server.process_id, signal.SIGTERM)
    sleep(0.3)

    assert ask(server, "GET", "/readyz")[0] == 503
    assert post(server, DARK) == 200
