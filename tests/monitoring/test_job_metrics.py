from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ensembles.errors import SkysiftError
from monitoring.job_metrics import push, write_textfile

SUMMARY = {
    "about": {"ensemble": "lamps"},
    "complete": True,
    "scored": 3,
    "failed": 1,
    "review": 2,
    "skip": 2,
    "reasons": {"empty": 1},
    "voter_seconds": {"near": 0.5},
    "wall_seconds": 2.0,
}


class Gateway(BaseHTTPRequestHandler):
    """Remembers what was put where."""

    got: list[tuple[str, bytes]] = []  # noqa: RUF012 - the server makes a new handler each time

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        self.got.append((self.path, self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[str]:
    Gateway.got.clear()
    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_textfile_has_the_sums(tmp_path: Path) -> None:
    path = tmp_path / "job.prom"

    write_textfile(SUMMARY, path)

    lines = path.read_text().splitlines()
    assert 'skysift_job_inputs{ensemble="lamps",outcome="failed"} 1.0' in lines
    assert 'skysift_job_decisions{decision="review",ensemble="lamps"} 2.0' in lines
    assert 'skysift_job_reasons{ensemble="lamps",reason="empty"} 1.0' in lines
    assert 'skysift_job_complete{ensemble="lamps"} 1.0' in lines


def test_a_pushgateway_gets_the_sums_under_the_ensemble(gateway: str) -> None:
    push(SUMMARY, gateway)

    ((path, body),) = Gateway.got
    assert path == "/metrics/job/skysift_score/ensemble/lamps"
    assert b"skysift_job_wall_seconds" in body


def test_a_pushgateway_that_is_not_there_is_told_in_words() -> None:
    with pytest.raises(SkysiftError, match="the job is complete"):
        push(SUMMARY, "http://127.0.0.1:9")
