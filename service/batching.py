"""Frames that wait are judged together.

While no judgement runs, a frame starts one at once: nothing waits for company. What arrives
meanwhile is joined into the next, which is what a GPU wants and what costs a CPU nothing.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from time import perf_counter

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.reasons import Reason
from ensembles.votes import Verdict
from models.frames import Frame
from monitoring import metrics

log: FilteringBoundLogger = structlog.get_logger()

Judge = Callable[[Sequence[Frame], bool], list[Verdict]]
"""Takes frames and whether every voter must be asked; returns one verdict each."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    frame: Frame
    ask_all: bool
    verdict: asyncio.Future[Verdict]
    since: float = field(default_factory=perf_counter)


class Joiner:
    """Joins waiting frames into judgements that run on a few threads.

    It belongs to one event loop and is not safe to call from another thread.

    Args:
        judge: Runs on the pool.
        pool: Has at least `threads` threads.
        threads: Judgements at once.
        most: Frames of one judgement.
    """

    def __init__(self, judge: Judge, pool: Executor, *, threads: int, most: int) -> None:
        self._judge = judge
        self._pool = pool
        self._threads = threads
        self._most = most
        self._running = 0
        self._queue: deque[_Waiting] = deque()

    async def judge(self, frame: Frame, *, ask_all: bool) -> Verdict:
        """Return the frame's verdict; a caller that is cancelled meanwhile is not worked for."""
        waiting = _Waiting(frame, ask_all, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._start()
        return await waiting.verdict

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        while self._running < self._threads and (group := self._next_group()):
            self._running += 1
            work = partial(_judge_group, self._judge, group)
            loop.run_in_executor(self._pool, work).add_done_callback(partial(self._finish, group))

    def _next_group(self) -> list[_Waiting]:
        """Take the frames that are judged next: a fair share for each idle thread."""
        self._queue = deque(waiting for waiting in self._queue if not waiting.verdict.done())
        share = ceil(len(self._queue) / (self._threads - self._running))
        group: list[_Waiting] = []
        while self._queue and len(group) < min(share, self._most):
            if group and self._queue[0].ask_all != group[0].ask_all:
                break
            group.append(self._queue.popleft())
        return group

    def _finish(self, group: Sequence[_Waiting], work: asyncio.Future[list[Verdict]]) -> None:
        self._running -= 1
        for waiting, verdict in zip(group, _verdicts(group, work), strict=True):
            if not waiting.verdict.done():
                waiting.verdict.set_result(verdict)
        self._start()


def _judge_group(judge: Judge, group: Sequence[_Waiting]) -> list[Verdict]:
    start = perf_counter()
    for waiting in group:
        metrics.observe("wait", start - waiting.since)
    metrics.JUDGED_TOGETHER.observe(len(group))
    verdicts = judge([waiting.frame for waiting in group], group[0].ask_all)
    if len(verdicts) != len(group):
        raise ValueError(f"{len(verdicts)} verdicts came back for {len(group)} frames")
    return verdicts


def _verdicts(group: Sequence[_Waiting], work: asyncio.Future[list[Verdict]]) -> Sequence[Verdict]:
    """Return the verdicts; a gate that failed as a whole leaves every frame to a person."""
    error = None if work.cancelled() else work.exception()
    if error is None and not work.cancelled():
        return work.result()
    frames = [waiting.frame.id for waiting in group]
    log.error("judge_failed", frames=frames, exc_info=error)
    return [Verdict.unjudged(Reason.INTERNAL)] * len(group)
