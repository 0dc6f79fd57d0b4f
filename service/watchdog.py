"""Ends a service whose workers cannot do their work, where nobody else would.

On a bare host BentoML's parent process starts another worker for one that died. In a container
(it looks at `BENTOML_CONTAINERIZED`) it does not, and holds the port open for nobody, while the
others, if there are any, go on saying that they are ready. So here the parent ends itself, and
whoever runs the container starts it again.

Anywhere, the parent starts a worker that cannot start again and again. So where none ever could,
it ends as well.
"""

import atexit
import os
import signal
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Thread
from time import sleep
from typing import Literal

import psutil
import structlog
from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

CONTAINER_VARIABLES = ("BENTOML_CONTAINERIZED", "BENTOCLOUD_DEPLOYMENT_URL")
"""BentoML takes either for a sign that it runs in a container."""
NOTES = "SKYSIFT_WORKER_NOTES"
"""Names the folder in which workers leave notes for the watchdog."""
WORKER = "_bentoml_impl.worker.service"
LOOK_SECONDS = 1
CANNOT_START, WORKER_DIED = 2, 3
"""Exit codes."""

Note = Literal["started", "cannot_start", "told_to_end"]


def guard_workers(*, patience_seconds: float) -> None:
    """Watch the workers that this process will have.

    Args:
        patience_seconds: For other workers to finish, when one has died.
    """
    folder = os.environ[NOTES] = mkdtemp(prefix="skysift-workers-")
    atexit.register(rmtree, folder, ignore_errors=True)
    contained = any(variable in os.environ for variable in CONTAINER_VARIABLES)
    dog = Watchdog(Path(folder), contained=contained)
    watch = Thread(target=_watch, args=(dog, patience_seconds), name="watchdog", daemon=True)
    watch.start()


def leave_note(note: Note) -> None:
    """Tell the watchdog, if there is one, how this worker is."""
    if folder := os.environ.get(NOTES):
        Path(folder, f"{os.getpid()}.{note}").touch()


class Watchdog:
    """Looks whether the workers can do their work.

    Args:
        notes: The folder in which they say so.
        contained: Whether nobody starts another worker for one that died.
    """

    def __init__(self, notes: Path, *, contained: bool) -> None:
        self._notes = notes
        self._contained = contained
        self._seen: set[int] = set()

    def look(self) -> int:
        """Return the code with which to end; 0 to go on."""
        if self._who("cannot_start") and not self._who("started"):
            return CANNOT_START
        return WORKER_DIED if self._contained and self._died() else 0

    def _died(self) -> set[int]:
        """Return the workers that are gone and were not told to end."""
        running = {child.pid for child in psutil.Process().children() if _is_worker(child)}
        gone = self._seen - running
        self._seen |= running
        return gone - self._who("told_to_end")

    def _who(self, note: Note) -> set[int]:
        return {int(file.stem) for file in self._notes.glob(f"*.{note}")}


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and WORKER in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def _watch(dog: Watchdog, patience_seconds: float) -> None:
    while not (code := dog.look()):
        sleep(LOOK_SECONDS)
    log.critical("worker_died" if code == WORKER_DIED else "no_worker_can_start", exit_code=code)
    # As SIGTERM would, so that other workers finish, but not with code 0.
    atexit.register(os._exit, code)
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(patience_seconds)
    os._exit(code)
