"""A server started in an environment of its own, awaited, and ended with all its processes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep

import psutil

from benchmarks.contender import UnavailableError
from benchmarks.environments import python_of
from benchmarks.load import Ask, HttpRunning, Understand
from benchmarks.processes import tree
from benchmarks.setting.setting import READY_SECONDS, ROOT, Setting
from service.child import free_port

LOOK_SECONDS = 0.2
END_SECONDS = 20
LAST_CHARACTERS = 600
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Program:
    """How a server is started and asked; calling it starts it, see `Start`.

    Args:
        name: Of its environment and its log.
        command: After `python`; `{port}` stands for the port. The port and the path of
            `networks.json` are in the environment too, see `benchmarks/servers/`.
        packages: Of its environment; () for ours.
        ready: Path that answers 2xx when pictures are welcome.
        ask: Makes the calls for a picture.
        understand: Reads the scores from the answers.
        base: The Python its environment is made with; default: ours.
        variables: Environment variables of its own.
        tries: How often it is started before it is given up.
    """

    name: str
    command: Sequence[str]
    packages: Sequence[str]
    ready: str
    ask: Ask
    understand: Understand
    base: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    tries: int = 1

    @contextmanager
    def __call__(self, setting: Setting) -> Iterator[HttpRunning]:
        """Serve during the block.

        Raises:
            UnavailableError: It cannot be installed, ended, or did not become ready in time.
        """
        python = sys.executable
        if self.packages:
            environments = setting.folder / "environments"
            python = str(python_of(environments, self.name, self.packages, base=self.base))
        port = free_port()
        process = self._ready_process(python, port, setting)
        try:
            yield HttpRunning(process.pid, f"http://127.0.0.1:{port}", self.ask, self.understand)
        finally:
            end(process)

    def _ready_process(self, python: str, port: int, setting: Setting) -> "subprocess.Popen[bytes]":
        log = setting.logs / f"{self.name}.log"
        trouble = UnavailableError(f"tried {self.tries} times")
        for _ in range(self.tries):
            process = self._process(python, port, setting, log)
            try:
                _await(process, port, self.ready, log)
            except UnavailableError as error:
                end(process)
                trouble = error
            else:
                return process
        raise trouble

    def _process(
        self, python: str, port: int, setting: Setting, log: Path
    ) -> "subprocess.Popen[bytes]":
        variables = {
            "PYTHONPATH": str(ROOT),
            "BENCH_PORT": str(port),
            "BENCH_NETWORKS": str(setting.networks_file),
        }
        with log.open("wb") as output:
            return subprocess.Popen(
                [python, *(word.format(port=port) for word in self.command)],
                cwd=ROOT,
                env=os.environ | variables | dict(self.variables),
                stdout=output,
                stderr=subprocess.STDOUT,
            )


def _await(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    deadline = monotonic() + READY_SECONDS
    while not _is_ready(port, path):
        if process.poll() is not None or monotonic() > deadline:
            last = log.read_text(errors="replace").strip()[-LAST_CHARACTERS:]
            raise UnavailableError(f"did not become ready; it printed:\n{last}")
        sleep(LOOK_SECONDS)


def _is_ready(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status in SUCCESS
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its descendants, the stubborn ones without mercy."""
    with suppress(psutil.NoSuchProcess):
        family = tree(process.pid)
        process.terminate()
        _, alive = psutil.wait_procs(family, timeout=END_SECONDS)
        for one in alive:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()
