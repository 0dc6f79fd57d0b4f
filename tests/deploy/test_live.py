"""The board and the alerts on a live service, with a real Prometheus."""

import json
import signal
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import psutil
import pytest

from deploy.boards import board
from deploy.page import Prometheus, page
from service.child import Served, free_port, served
from service.serve import is_ready
from service.settings import DEMO, ServiceSettings
from tests.deploy.watched import Watching, call, until, watching, write_gates
from tests.docs.pages import ROOT
from tests.service.fakes import BRIGHT, DARK
from tests.service.promises import positive

WEIGHTS = ROOT / "demo" / "weights" / "specialist.onnx"
EXAMPLE = ROOT / "demo" / "example.jpg"
OF_DRIFT = "skysift_drift_"
"""Panels about drift are tried in test_winter.py: the demo gate has no profile."""

PANELS = [panel for panel in board()["panels"] if panel["type"] != "row"]

pytestmark = [
    pytest.mark.skipif(
        which("prometheus") is None,
        reason="there is no prometheus: install Debian's package prometheus",
    ),
    pytest.mark.skipif(not (WEIGHTS.exists() and DEMO.exists()), reason="no demo gate"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("watched")
    settings = ServiceSettings(
        ensembles=write_gates(folder),
        workers=2,
        port=free_port(),
        drain_seconds=0,
        database=f"sqlite:///{folder / 'review.sqlite'}",
        audit_skipped=1,
        watch_seconds=0.5,
        receive_grace_seconds=60,
    )
    with served(settings, log=folder / "log.txt") as running:
        yield running


@pytest.fixture(scope="module")
def prometheus(service: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    folder = tmp_path_factory.mktemp("prometheus") / "run"
    with watching([urlsplit(service.url).netloc], folder) as running:
        yield running


def feed(service: Served) -> None:
    """Send a frame of each kind to each gate."""
    for body in (EXAMPLE.read_bytes(), BRIGHT, DARK, b"no picture"):
        for ensemble in ("demo", "broken"):
            call(service.url, "POST", f"/v1/triage?ensemble={ensemble}", body)


def test_no_panel_is_empty(service: Served, prometheus: Watching) -> None:
    targets = [target for panel in PANELS for target in panel["targets"]]
    asked = [target for target in targets if OF_DRIFT not in target["expr"]]
    empty: list[str] = []

    def all_show_something() -> bool:
        feed(service)
        seen = Prometheus(prometheus.url, minutes=1)
        empty[:] = [
            target["expr"] for target in asked if not any(one.points for one in seen.series(target))
        ]
        return not empty

    assert len(PANELS) > 15
    until(all_show_something, lambda: f"something to show for {empty}")


def test_a_voter_that_fails_is_called_down(service: Served, prometheus: Watching) -> None:
    def fires() -> bool:
        feed(service)
        return ("SkysiftVoterDown", "broken") in prometheus.firing()

    until(fires, "SkysiftVoterDown")

    assert ("SkysiftVoterDown", "demo") not in prometheus.firing()


def test_labels_of_missed_targets_void_the_promise_and_call_in_the_wider_gate(
    service: Served, prometheus: Watching
) -> None:
    assert ("SkysiftCertificateVoid", "demo") not in prometheus.firing()
    missed = []
    for shade in range(40):
        body = DARK + bytes([shade])
        verdict = json.loads(call(service.url, "POST", "/v1/triage?ensemble=demo", body)[1])
        if verdict["decision"] == "skip":
            missed.append(verdict["frame"]["id"])
    labels = {"labels": [positive(frame) for frame in missed]}

    call(service.url, "POST", "/v1/labels?ensemble=demo", json.dumps(labels).encode())
    wanted = {("SkysiftCertificateVoid", "demo"), ("SkysiftGateSwitched", "demo")}
    until(lambda: wanted <= prometheus.firing(), "the alerts of a void certificate")

    verdict = json.loads(call(service.url, "POST", "/v1/triage?ensemble=demo", DARK)[1])
    assert verdict["ensemble"] == "demo-wide"


def test_a_frame_that_a_killed_worker_took_along_is_missed(
    service: Served, prometheus: Watching
) -> None:
    unaccounted = (
        "sum(skysift_frames_received_total) - sum(skysift_frames_total)"
        " - sum(skysift_frames_in_flight)"
    )
    parts = urlsplit(service.url)
    until(lambda: prometheus.value(unaccounted) == 0, "all frames accounted for")
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
        connection.putrequest("POST", "/v1/triage")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"half a picture")
        until(lambda: prometheus.value("sum(skysift_frames_in_flight)") == 1, "the frame")

        for worker in psutil.Process(service.process_id).children(recursive=True):
            worker.send_signal(signal.SIGKILL)
        until(lambda: is_ready(service.url), "the workers to come back")
        until(
            lambda: ("SkysiftFramesUnaccounted", "") in prometheus.firing(),
            "SkysiftFramesUnaccounted",
        )

    assert prometheus.value(unaccounted) == 1


def test_the_page_can_be_kept(service: Served, prometheus: Watching, tmp_path: Path) -> None:
    text = page(board(), Prometheus(prometheus.url, minutes=5))

    assert text.count("<figure") == len(PANELS)
    assert "<polyline" in text
    assert "http" not in text.split("</style>")[1]
