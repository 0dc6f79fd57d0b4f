"""In a container, a service whose worker died ends; one that was told to end does so quietly."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from service.child import Served, free_port, served
from service.settings import ServiceSettings
from service.watchdog import CANNOT_START, NOTES, WORKER_DIED, Watchdog, leave_note
from tests.service.fakes import DARK
from tests.service.test_server import ENSEMBLE, post

SECONDS = 60


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """Give a child process that looks like one of BentoML's workers."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "_bentoml_impl.worker.service"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(("contained", "code"), [(True, WORKER_DIED), (False, 0)])
def test_a_worker_that_is_gone_is_seen_where_nobody_starts_another(
    tmp_path: Path, contained: bool, code: int
) -> None:
    dog = Watchdog(tmp_path, contained=contained)
    with worker() as one, worker():
        before = dog.look()
        one.kill()
        one.wait()

        assert (before, dog.look()) == (0, code)


def test_one_that_was_told_to_end_is_not(tmp_path: Path) -> None:
    dog = Watchdog(tmp_path, contained=True)
    with worker() as one:
        dog.look()
        (tmp_path / f"{one.pid}.told_to_end").touch()
        one.kill()
        one.wait()

        assert dog.look() == 0


def test_a_service_ends_when_none_of_its_workers_could_ever_start(tmp_path: Path) -> None:
    dog = Watchdog(tmp_path, contained=False)
    (tmp_path / "1.cannot_start").touch()
    never = dog.look()
    (tmp_path / "2.started").touch()

    assert (never, dog.look()) == (CANNOT_START, 0)


def test_a_worker_without_a_watchdog_leaves_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOTES, raising=False)

    leave_note("started")


@contextmanager
def container(folder: Path) -> Iterator[Served]:
    (folder / "fake.yaml").write_text(ENSEMBLE)
    settings = ServiceSettings(ensembles=(folder / "fake.yaml",), port=free_port(), drain_seconds=0)
    variables = {"BENTOML_CONTAINERIZED": "true"}
    with served(settings, log=folder / "log.txt", variables=variables) as running:
        yield running


def test_a_container_ends_with_its_worker(tmp_path: Path) -> None:
    with container(tmp_path) as server:
        assert post(server, DARK) == 200
        parent = psutil.Process(server.process_id)
        [child] = parent.children()
        child.kill()

        assert parent.wait(SECONDS) == WORKER_DIED
    assert "worker_died" in (tmp_path / "log.txt").read_text()


def test_a_container_that_is_told_to_end_does_so_with_code_0(tmp_path: Path) -> None:
    with container(tmp_path) as server:
        os.kill(server.process_id, signal.SIGTERM)

        assert psutil.Process(server.process_id).wait(SECONDS) == 0
    assert "worker_died" not in (tmp_path / "log.txt").read_text()
