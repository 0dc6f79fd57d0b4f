"""A server in a child process: for tests, load tests and benchmarks."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from time import monotonic, sleep

from ensembles.errors import SkysiftError
from service.serve import ROOT, address, environment, is_ready
from service.settings import ServiceSettings

PROGRAM = (
    "import sys; from service.serve import run; from service.settings import read_settings; "
    "sys.exit(run(read_settings()))"
)
LOOK_SECONDS = 0.05
END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready.

    Args:
        url: Without a path.
        process_id: Of the parent of its workers.
    """

    url: str
    process_id: int


def free_port() -> int:
    """Return a port of this machine that nothing listens on at the moment."""
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(
    settings: ServiceSettings,
    *,
    log: Path,
    seconds: float = 120,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Serve during the block.

    Args:
        settings: With a free port.
        log: Where what the server prints is kept.
        seconds: How long to wait for it to become ready.
        variables: Of its environment, beyond those of this process and of the settings.

    Raises:
        SkysiftError: It ended, or was not ready in time; with the end of its log.
    """
    whole = os.environ | environment(settings) | dict(variables or {})
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=whole,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(process, address(settings), log, monotonic() + seconds)
        yield Served(address(settings), process.pid)
    finally:
        _end(process, settings.drain_seconds + END_SECONDS)


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path, deadline: float) -> None:
    while not is_ready(url):
        if process.poll() is not None or monotonic() > deadline:
            last = log.read_text(errors="replace")[-2000:]
            raise SkysiftError(f"the service at {url} did not become ready; it printed:\n{last}")
        sleep(LOOK_SECONDS)


def _end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
