"""Work in a process of its own that is told lap by lap what to do: what has no server."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.contender import UnavailableError
from benchmarks.laps import Answers, Scores
from benchmarks.setting.pictures import Picture

Work = Callable[[Sequence[Path]], Sequence[Scores]]
Prepare = Callable[..., Work]
"""Runs in the new process: loads what is needed, and returns what a lap calls."""
END_SECONDS = 20


@dataclass(frozen=True, slots=True)
class InsideRunning:
    """A process that waits for the next lap; see `Running`."""

    process: BaseProcess
    connection: Connection

    @property
    def process_id(self) -> int:
        """Of the process that works."""
        return self.process.pid or 0

    def answer(self, pictures: Sequence[Picture], clients: int) -> Answers:  # noqa: ARG002 - there are no requests
        """Hand over the paths, and wait for the scores."""
        self.connection.send([picture.path for picture in pictures])
        return Answers(_received(self.connection))


@contextmanager
def inside(prepare: Prepare, *arguments: object) -> Iterator[InsideRunning]:
    """Give a process that has prepared its work.

    Raises:
        UnavailableError: It could not prepare; with the reason.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, prepare, arguments))
    process.start()
    theirs.close()
    try:
        _received(ours)
        yield InsideRunning(process, ours)
    finally:
        ours.close()
        process.join(END_SECONDS)
        process.kill()


def _received(connection: Connection) -> Sequence[Scores]:
    try:
        answer: Sequence[Scores] = connection.recv()
    except EOFError as error:
        raise UnavailableError("its process ended; see what it printed above") from error
    return answer


def _work(connection: Connection, prepare: Prepare, arguments: Sequence[object]) -> None:
    work = prepare(*arguments)
    connection.send([])
    while True:
        try:
            paths = connection.recv()
        except EOFError:
            return
        connection.send(work(paths))
