"""Processes that look at frames: a picture that ends one of them gets a row, like any other."""

import os
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context, parent_process
from threading import Thread

import pyarrow as pa

from curation.looker import File, Looker, Station, unjudged_rows
from ensembles.errors import SkysiftError
from ensembles.reasons import Reason

AHEAD = 2
"""Chunks that wait at each process."""

TRIES_ALONE = 2
"""Of a file that was held when a process died: an outsider's kill does not condemn it."""

MOST_DEATHS_IN_A_ROW = 10
"""Without one row between them: then it is the machine, not the pictures."""

Chunk = Sequence[File]


class Crew:
    """Looks at frames in processes of its own.

    Args:
        station: What each process is set up with.
        schema: Of the rows.
        workers: Processes; each holds all models.
    """

    def __init__(self, station: Station, schema: pa.Schema, *, workers: int) -> None:
        self._station = station
        self._schema = schema
        self._workers = workers
        self._deaths = 0

    def look_at(self, chunks: Iterable[Chunk]) -> Iterator[pa.Table]:
        """Yield one row per file, a few at a time, in their order.

        Raises:
            SkysiftError: Processes die again and again.
        """
        left = iter(chunks)
        while suspects := (yield from self._together(left)):
            yield from self._alone(file for chunk in suspects for file in chunk)

    def _together(self, left: Iterator[Chunk]) -> Generator[pa.Table, None, list[Chunk]]:
        """Return the chunks that were held when a process died; none when all is done."""
        held: deque[tuple[Chunk, Future[pa.Table]]] = deque()
        pool = self._pool(self._workers)
        try:
            while True:
                while len(held) < AHEAD * self._workers and (chunk := next(left, None)):
                    held.append((chunk, _submitted(pool, self._station, chunk)))
                if not held:
                    return []
                table = held[0][1].result()
                held.popleft()
                self._deaths = 0
                yield table
        except BrokenProcessPool:
            self._count_death()
            return [chunk for chunk, _ in held]
        finally:
            pool.shutdown(cancel_futures=True)

    def _alone(self, files: Iterable[File]) -> Iterator[pa.Table]:
        """Yield the rows of suspects, each looked at by a process that holds nothing else."""
        pool = self._pool(1)
        try:
            for file in files:
                for _ in range(TRIES_ALONE):
                    try:
                        yield _submitted(pool, self._station, [file]).result()
                        self._deaths = 0
                        break
                    except BrokenProcessPool:
                        self._count_death()
                        pool.shutdown(cancel_futures=True)
                        pool = self._pool(1)
                else:
                    yield self._blamed(file)
        finally:
            pool.shutdown(cancel_futures=True)

    def _blamed(self, file: File) -> pa.Table:
        detail = f"{TRIES_ALONE + 1} processes ended while they held it, the last ones it alone"
        return unjudged_rows([file], self._schema, self._station.group, Reason.CRASHED, detail)

    def _count_death(self) -> None:
        self._deaths += 1
        if self._deaths >= MOST_DEATHS_IN_A_ROW:
            raise SkysiftError(
                f"{self._deaths} worker processes ended without one row between them: is there "
                "memory for that many? try fewer --workers; what is done is kept"
            )

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_belong_to_the_job)


def _submitted(pool: ProcessPoolExecutor, station: Station, chunk: Chunk) -> "Future[pa.Table]":
    """Return the rows to come; a pool that is broken already says so in them."""
    try:
        return pool.submit(_look, station, chunk)
    except BrokenProcessPool as error:
        broken: Future[pa.Table] = Future()
        broken.set_exception(error)
        return broken


def _look(station: Station, chunk: Chunk) -> pa.Table:
    return _looker(station).look(chunk)


@cache
def _looker(station: Station) -> Looker:
    """Return the looker of this process, made once."""
    return Looker(station)


def _belong_to_the_job() -> None:
    """Leave Ctrl-C to the job, and do not outlive it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, name="follow", daemon=True).start()


def _follow() -> None:
    job = parent_process()
    if job is not None:
        job.join()
        os._exit(1)
