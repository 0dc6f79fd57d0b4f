"""A worker process: holds one gate, judges what it is sent, and dies with its job."""

import os
import signal
import sys
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from time import perf_counter

import structlog

from batch.entries import Entry
from batch.input import Input
from batch.score import chunk_of, reach, score_inputs
from batch.wire import answer, items_in, receive, send
from ensembles.errors import SkysiftError
from ensembles.voter import Reading, Voter
from models.ensemble import load_ensemble
from models.frames import Frame
from models.settings import ModelSettings
from monitoring.around import guard

SLACK = 1
"""Chunks a worker holds beyond what it must, so that it need not wait for the next ones."""


@dataclass(frozen=True, slots=True)
class Station:
    """What a worker is set up with.

    Args:
        ensemble: The ensemble file.
        settings: Where weights live; its threads are this worker's share of the machine.
    """

    ensemble: Path
    settings: ModelSettings


def serve(pipe: Connection, station: Station) -> None:
    """Load the gate, say so, and judge until the job closes the pipe."""
    _belong_to_the_job()
    purse = Purse()
    try:
        ensemble = load_ensemble(station.ensemble, station.settings, around=purse.around)
    except SkysiftError as error:
        send(pipe, {"fault": str(error)})
        return
    send(pipe, {"ready": reach(ensemble) + SLACK * chunk_of(ensemble)})
    post = Post(pipe)
    decoders = station.settings.shares.decode
    with suppress(BrokenPipeError):
        while not post.closed:
            limits = station.settings.limits
            for row in score_inputs(post.inputs(), ensemble, limits=limits, decoders=decoders):
                entry = Entry(post.numbers.popleft(), row.columns())
                send(pipe, answer(entry, purse.empty()))


class Post:
    """What the job sends, as inputs.

    Args:
        pipe: To the job.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.numbers: deque[int] = deque()
        self.closed = False

    def inputs(self) -> Iterator[Input]:
        """Yield inputs until the job asks for those it has sent, or ends."""
        while (message := receive(self._pipe)) is not None:
            for item in items_in(message):
                self.numbers.append(item.number)
                yield item.input
            if message["flush"]:
                return
        self.closed = True


class Purse:
    """What the voters have cost since it was emptied."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)

    def around(
        self, ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float
    ) -> Voter[Frame]:
        """Return the voter under its clock and safety net, and this purse's own clock."""
        return _Paid(guard(ensemble, name, voter, timeout_seconds), name, self._seconds)

    def empty(self) -> dict[str, float]:
        """Return the seconds by voter, and begin again."""
        spent = dict(self._seconds)
        self._seconds.clear()
        return spent


@dataclass(frozen=True, slots=True)
class _Paid:
    voter: Voter[Frame]
    name: str
    seconds: dict[str, float]

    def read(self, views: Sequence[Frame]) -> Reading:
        started = perf_counter()
        reading = self.voter.read(views)
        self.seconds[self.name] += perf_counter() - started
        return reading


def _belong_to_the_job() -> None:
    """Leave Ctrl-C and SIGTERM to the job, and do not outlive it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    Thread(target=_follow, name="follow", daemon=True).start()


def _follow() -> None:
    job = parent_process()
    if job is not None:
        job.join()
        os._exit(1)
