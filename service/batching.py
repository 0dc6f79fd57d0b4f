"""Frames that wait are judged together.

While no judgement runs, a frame starts one at once. What arrives meanwhile is joined into the
next, which is what a GPU wants and what costs a CPU nothing. How many are joined says the pacing
(`service/pace.py`). It may hold a frame for a moment, where the measured times say that company
pays, and only while another frame is being decoded: nothing waits for what will not come.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
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
from monitoring.laps import Kept, Lap, add, keep, kept
from service.pace import Pacing

log: FilteringBoundLogger = structlog.get_logger()

Judge = Callable[[Sequence[Frame], bool], list[Verdict]]
"""Takes frames and whether every voter must be asked; returns one verdict each."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    frame: Frame
    ask_all: bool
    verdict: asyncio.Future[Verdict]
    laps: Kept = field(default_factory=kept)
    since: float = field(default_factory=perf_counter)


class Joiner:
    """Joins waiting frames into judgements that run on a few threads.

    It belongs to one event loop and is not safe to call from another thread.

    Args:
        judge: Runs on the pool.
        pool: Has at least `threads` threads.
        threads: Judgements at once.
        pacing: Says how many frames are judged together, and learns from how long it took.
    """

    def __init__(self, judge: Judge, pool: Executor, *, threads: int, pacing: Pacing) -> None:
        self._judge = judge
        self._pool = pool
        self._threads = threads
        self._pacing = pacing
        self._running = 0
        self._coming = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._queue: deque[_Waiting] = deque()

    @contextmanager
    def on_its_way(self) -> Iterator[None]:
        """Tell that a frame may come to be judged when the block ends."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            # Soon and not now, so that the frame itself is here first, if it comes.
            asyncio.get_running_loop().call_soon(self._start)

    async def judge(self, frame: Frame, *, ask_all: bool) -> Verdict:
        """Return the frame's verdict; a caller that is cancelled meanwhile is not worked for."""
        waiting = _Waiting(frame, ask_all, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._pacing.came(waiting.since)
        self._start()
        return await waiting.verdict

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        self._queue = deque(waiting for waiting in self._queue if not waiting.verdict.done())
        while self._queue and self._running < self._threads and not self._held():
            group = self._next_group()
            self._running += 1
            work = partial(_judge_group, self._judge, group)
            loop.run_in_executor(self._pool, work).add_done_callback(partial(self._finish, group))

    def _held(self) -> bool:
        """Say whether the frames that wait are held for company, and then look again in time."""
        if self._alarm:
            self._alarm.cancel()
        if not self._coming or len(self._queue) >= self._pacing.limit:
            return False
        waited = perf_counter() - self._queue[0].since
        left = self._pacing.hold_seconds(len(self._queue)) - waited
        if left <= 0:
            return False
        self._alarm = asyncio.get_running_loop().call_later(left, self._start)
        return True

    def _next_group(self) -> list[_Waiting]:
        """Take the frames that are judged next: a fair share for each idle thread."""
        share = ceil(len(self._queue) / (self._threads - self._running))
        group: list[_Waiting] = []
        most = min(share, self._pacing.limit)
        while self._queue and len(group) < most:
            if group and self._queue[0].ask_all != group[0].ask_all:
                break
            group.append(self._queue.popleft())
        return group

    def _finish(self, group: Sequence[_Waiting], work: "asyncio.Future[_Done]") -> None:
        self._running -= 1
        self._learn(group, work)
        for waiting, verdict in zip(group, _verdicts(group, work), strict=True):
            if not waiting.verdict.done():
                waiting.verdict.set_result(verdict)
        self._start()

    def _learn(self, group: Sequence[_Waiting], work: "asyncio.Future[_Done]") -> None:
        """Learn from a judgement that is like others: one that asks all takes longer."""
        if not work.cancelled() and not work.exception() and not group[0].ask_all:
            self._pacing.judged(len(group), work.result().seconds)


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    verdicts: list[Verdict]
    seconds: float


def _judge_group(judge: Judge, group: Sequence[_Waiting]) -> _Done:
    start = perf_counter()
    for waiting in group:
        metrics.observe("wait", start - waiting.since)
        add(Lap("wait", waiting.since, start), waiting.laps)
    metrics.JUDGED_TOGETHER.observe(len(group))
    with keep(*(laps for waiting in group for laps in waiting.laps)):
        verdicts = judge([waiting.frame for waiting in group], group[0].ask_all)
    if len(verdicts) != len(group):
        raise ValueError(f"{len(verdicts)} verdicts came back for {len(group)} frames")
    return _Done(verdicts, perf_counter() - start)


def _verdicts(group: Sequence[_Waiting], work: asyncio.Future[_Done]) -> Sequence[Verdict]:
    """Return the verdicts; a gate that failed as a whole leaves every frame to a person."""
    error = None if work.cancelled() else work.exception()
    if error is None and not work.cancelled():
        return work.result().verdicts
    frames = [waiting.frame.id for waiting in group]
    log.error("judge_failed", frames=frames, exc_info=error)
    return [Verdict.unjudged(Reason.INTERNAL)] * len(group)
