"""Ends a service one of whose workers died, where nobody else brings the worker back.

On a bare host BentoML's parent process starts another worker. In a container (it looks at
`BENTOML_CONTAINERIZED`) it does not, and holds the port open for nobody, while the others, if
there are any, go on saying that they are ready. So here the parent ends itself, and whoever runs
the container starts it again.
"""

import atexit
import os
import signal
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Thread
from time import sleep

import psutil
import structlog
from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

CONTAINER_VARIABLES = ("BENTOML_CONTAINERIZED", "BENTOCLOUD_DEPLOYMENT_URL")
"""BentoML takes either for a sign that it runs in a container."""
FAREWELLS = "SKYSIFT_FAREWELLS"
"""Names the folder in which a worker that was told to end says so."""
WORKER = "_bentoml_impl.worker.service"
LOOK_SECONDS = 1
WORKER_DIED = 3
"""The exit code."""


def guard_workers(*, patience_seconds: float) -> None:
    """In a container, watch the workers that this process will have; elsewhere do nothing.

    Args:
        patience_seconds: For the other workers to finish, when one has died.
    """
    if not any(variable in os.environ for variable in CONTAINER_VARIABLES):
        return
    folder = os.environ[FAREWELLS] = mkdtemp(prefix="skysift-farewells-")
    atexit.register(rmtree, folder, ignore_errors=True)
    watch = Watchdog(Path(folder), lambda: _end(patience_seconds))
    Thread(target=watch.keep_looking, name="watchdog", daemon=True).start()


def say_farewell() -> None:
    """Tell the watchdog, if there is one, that this worker ends because it was told to."""
    if folder := os.environ.get(FAREWELLS):
        Path(folder, str(os.getpid())).touch()


class Watchdog:
    """Looks whether every worker that was ever seen still runs.

    Args:
        farewells: Where workers that were told to end leave a file, named as their process.
        end: Called when another one is gone.
    """

    def __init__(self, farewells: Path, end: Callable[[], None]) -> None:
        self._farewells = farewells
        self._end = end
        self._seen: set[int] = set()

    def keep_looking(self) -> None:
        """Look once a second, until a worker is gone."""
        while not (dead := self.look()):
            sleep(LOOK_SECONDS)
        log.critical("worker_died", processes=sorted(dead), exit_code=WORKER_DIED)
        self._end()

    def look(self) -> set[int]:
        """Return the workers that ended without having been told to."""
        running = {child.pid for child in psutil.Process().children() if _is_worker(child)}
        gone = self._seen - running
        self._seen |= running
        return {worker for worker in gone if not (self._farewells / str(worker)).exists()}


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and WORKER in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def _end(patience_seconds: float) -> None:
    """End this process as SIGTERM would, so that other workers finish, but not with code 0."""
    atexit.register(os._exit, WORKER_DIED)
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(patience_seconds)
    os._exit(WORKER_DIED)
