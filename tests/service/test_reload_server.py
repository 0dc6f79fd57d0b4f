"""The real server with two workers: edits under load, and not one request that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from service.child import Served
from tests.faults.clients import sending
from tests.faults.http import get
from tests.faults.reloads import has_loaded, serving, until
from tests.service.fakes import BRIGHT, DARK
from tests.service.test_server import ENSEMBLE

WORKERS = 2
FAILED = "skysift_ensemble_reload_failed"


@contextmanager
def server(file: Path) -> Iterator[Served]:
    file.write_text(ENSEMBLE)
    with serving(file, workers=WORKERS) as running:
        yield running


def test_edits_reach_every_worker_and_no_request_fails(tmp_path: Path) -> None:
    file = tmp_path / "fake.yaml"
    with server(file) as running, sending(running.url, (BRIGHT, DARK), clients=4) as clients:
        for number, threshold in enumerate((0.4, 0.3), 1):
            file.write_text(ENSEMBLE.replace("0.5", f"{threshold}"))
            until(partial(has_loaded, running, number * WORKERS), "the new edition")
        file.write_text("name: [")
        until(lambda: get(f"{running.url}/metrics").counts[FAILED] == 1, "the mistake to be told")
        told = get(f"{running.url}/readyz").json
        clients.stop()

    digests = {shot.verdict["digest"] for shot in clients.answered}
    assert len(clients.answered) == len(clients.shots)
    assert clients.wrong == 0
    assert 1 < len(digests) <= 3
    assert told["status"] == "degraded"
