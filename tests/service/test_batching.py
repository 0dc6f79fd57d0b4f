"""Frames that wait are judged together, and nothing waits without need."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import structlog

from ensembles.reasons import Reason
from ensembles.votes import Verdict
from models.frames import Frame
from service.batching import Joiner
from service.pace import Pacing, Steady
from tests.service.fakes import DARK

FRAME = Frame.decode(DARK)
SKIP = Verdict("skip")


class Recorder:
    """A gate that notes what it was asked, and may be held back."""

    def __init__(self, *, held: bool = False) -> None:
        self.groups: list[tuple[int, bool]] = []
        self.started = Event()
        self.go = Event()
        if not held:
            self.go.set()

    def __call__(self, frames: Sequence[Frame], ask_all: bool) -> list[Verdict]:
        self.groups.append((len(frames), ask_all))
        self.started.set()
        self.go.wait(10)
        return [SKIP] * len(frames)


def joiner(judge: Recorder, *, threads: int = 1, most: int = 4) -> Joiner:
    return Joiner(judge, ThreadPoolExecutor(threads), threads=threads, pacing=Steady(most))


async def judged(desk: Joiner, judge: Recorder, flags: Sequence[bool]) -> list[Verdict]:
    """Have one frame judged, and the others come while it is."""
    first = asyncio.ensure_future(desk.judge(FRAME, ask_all=False))
    await asyncio.to_thread(judge.started.wait)
    others = [asyncio.ensure_future(desk.judge(FRAME, ask_all=flag)) for flag in flags]
    await asyncio.sleep(0)
    judge.go.set()
    return await asyncio.gather(first, *others)


def test_a_frame_alone_does_not_wait_for_others() -> None:
    judge = Recorder()

    assert asyncio.run(joiner(judge).judge(FRAME, ask_all=False)) == SKIP
    assert judge.groups == [(1, False)]


def test_frames_that_come_during_a_judgement_are_joined_up_to_the_most() -> None:
    judge = Recorder(held=True)

    verdicts = asyncio.run(judged(joiner(judge), judge, [False] * 6))

    assert len(verdicts) == 7
    assert judge.groups == [(1, False), (4, False), (2, False)]


def test_frames_that_must_ask_all_are_not_joined_with_others() -> None:
    judge = Recorder(held=True)

    asyncio.run(judged(joiner(judge), judge, [True, True, False]))

    assert judge.groups == [(1, False), (2, True), (1, False)]


class Patient(Steady):
    """Would hold a frame for a minute."""

    def hold_seconds(self, waiting: int) -> float:
        return 60.0


class Hurried(Steady):
    """Holds a frame for a moment; remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(4)
        self.judgements: list[int] = []

    def judged(self, frames: int, seconds: float) -> None:
        assert seconds >= 0
        self.judgements.append(frames)

    def hold_seconds(self, waiting: int) -> float:
        return 0.001


def with_pacing(judge: Recorder, pacing: Pacing) -> Joiner:
    return Joiner(judge, ThreadPoolExecutor(1), threads=1, pacing=pacing)


def test_nothing_is_held_when_nothing_else_is_on_its_way() -> None:
    judge = Recorder()

    asyncio.run(with_pacing(judge, Patient(4)).judge(FRAME, ask_all=False))

    assert judge.groups == [(1, False)]


def test_a_held_frame_goes_with_the_one_it_was_held_for() -> None:
    judge = Recorder()

    async def story() -> None:
        desk = with_pacing(judge, Patient(4))
        with desk.on_its_way():
            first = asyncio.ensure_future(desk.judge(FRAME, ask_all=False))
            await asyncio.sleep(0)
        await desk.judge(FRAME, ask_all=False)
        await first

    asyncio.run(story())

    assert judge.groups == [(2, False)]


def test_a_held_frame_goes_alone_when_the_other_turns_out_to_be_none() -> None:
    judge = Recorder()

    async def story() -> None:
        desk = with_pacing(judge, Patient(4))
        with suppress(ValueError), desk.on_its_way():
            first = asyncio.ensure_future(desk.judge(FRAME, ask_all=False))
            await asyncio.sleep(0)
            raise ValueError("no picture")
        await first

    asyncio.run(story())

    assert judge.groups == [(1, False)]


def test_a_held_frame_goes_alone_when_its_time_is_up() -> None:
    judge, pacing = Recorder(), Hurried()

    async def story() -> None:
        desk = with_pacing(judge, pacing)
        with desk.on_its_way():
            await desk.judge(FRAME, ask_all=False)

    asyncio.run(story())

    assert judge.groups == [(1, False)]
    assert pacing.judgements == [1]


def test_a_group_as_large_as_may_be_is_not_held() -> None:
    judge = Recorder()

    async def story() -> None:
        desk = with_pacing(judge, Patient(1))
        with desk.on_its_way():
            await desk.judge(FRAME, ask_all=False)

    asyncio.run(story())

    assert judge.groups == [(1, False)]


def test_judgements_that_ask_all_teach_nothing() -> None:
    judge, pacing = Recorder(), Hurried()

    asyncio.run(with_pacing(judge, pacing).judge(FRAME, ask_all=True))

    assert pacing.judgements == []


def test_idle_threads_share_what_waits() -> None:
    judge = Recorder()

    async def story() -> None:
        desk = joiner(judge, threads=2)
        desk._running = 2
        waiting = [asyncio.ensure_future(desk.judge(FRAME, ask_all=False)) for _ in range(4)]
        await asyncio.sleep(0)
        desk._running = 0
        desk._start()
        await asyncio.gather(*waiting)

    asyncio.run(story())

    assert judge.groups == [(2, False), (2, False)]


def test_a_gate_that_fails_leaves_its_frames_to_a_person_and_goes_on() -> None:
    class Fails(Recorder):
        def __call__(self, frames: Sequence[Frame], ask_all: bool) -> list[Verdict]:
            super().__call__(frames, ask_all)
            if len(frames) > 1:
                raise RuntimeError("this cannot happen")
            return [SKIP]

    judge = Fails(held=True)

    with structlog.testing.capture_logs() as logs:
        verdicts = asyncio.run(judged(joiner(judge, most=2), judge, [False] * 3))

    assert [verdict.decision for verdict in verdicts] == ["skip", "review", "review", "skip"]
    assert verdicts[1].reasons == (Reason.INTERNAL,)
    assert [line["event"] for line in logs] == ["judge_failed"]


def test_a_gate_that_loses_a_frame_has_failed() -> None:
    class Loses(Recorder):
        def __call__(self, frames: Sequence[Frame], ask_all: bool) -> list[Verdict]:
            return []

    verdict = asyncio.run(joiner(Loses()).judge(FRAME, ask_all=False))

    assert verdict == Verdict.unjudged(Reason.INTERNAL)
