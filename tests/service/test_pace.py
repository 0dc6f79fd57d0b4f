"""What is joined and held follows the measured times: a simulation with a clock of its own."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from service.pace import Pace, Pacing, Steady

Machine = Callable[[int], float]
"""Seconds that so many frames take together."""

TARGET = 1.0
DECODE_SECONDS = 0.05
"""So long before it comes to be judged, a frame is known to be on its way."""


def cpu(frames: int) -> float:
    return 0.002 + 0.1 * frames


def gpu(frames: int) -> float:
    return 0.02 + 0.001 * frames


@dataclass
class Outcome:
    """What came of a simulated load: seconds a frame waited and was judged, sizes, and the end."""

    latencies: np.ndarray
    sizes: list[int]
    end: float
    held: float

    @property
    def high(self) -> float:
        return float(np.percentile(self.latencies, 95))

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.end


def simulated(
    pacing: Pacing, machine: Machine, *, rate: float, frames: int = 4000, seed: int = 0
) -> Outcome:
    """Let frames come at random to one thread; judgements take 20 % more or less by chance."""
    random = np.random.default_rng(seed)
    coming = deque(np.cumsum(random.exponential(1 / rate, frames)))
    queue: deque[float] = deque()
    latencies, sizes, held, now = [], [], 0.0, 0.0

    def let_come(until: float) -> None:
        while coming and coming[0] <= until:
            pacing.came(coming[0])
            queue.append(coming.popleft())

    while coming or queue:
        if not queue:
            now = max(now, coming[0])
        let_come(now)
        while coming and coming[0] - now < DECODE_SECONDS and len(queue) < pacing.limit:
            until = queue[0] + pacing.hold_seconds(len(queue))
            if until <= now:
                break
            later = min(until, coming[0])
            held, now = held + later - now, later
            let_come(now)
        group = [queue.popleft() for _ in range(min(len(queue), pacing.limit))]
        seconds = machine(len(group)) * random.uniform(0.8, 1.2)
        now += seconds
        pacing.judged(len(group), seconds)
        latencies += [now - came for came in group]
        sizes.append(len(group))
    return Outcome(np.array(latencies), sizes, now, held)


def pace(most: int = 32) -> Pace:
    return Pace(target_seconds=TARGET, most=most)


@pytest.mark.parametrize(("machine", "rate"), [(cpu, 5), (gpu, 300), (gpu, 600)])
def test_frames_are_done_within_the_target_where_the_load_allows(
    machine: Machine, rate: float
) -> None:
    assert simulated(pace(), machine, rate=rate).high < TARGET


def test_under_load_a_machine_that_likes_company_gets_it() -> None:
    alone = simulated(Steady(1), gpu, rate=400)
    joined = simulated(pace(), gpu, rate=400)

    assert joined.rate > 5 * alone.rate
    assert joined.high < TARGET < alone.high


@pytest.mark.parametrize("rate", [1, 5, 9, 20])
def test_on_a_cpu_no_frame_waits_for_company(rate: float) -> None:
    assert simulated(pace(), cpu, rate=rate).held == 0


def test_on_a_cpu_frames_go_one_by_one_even_when_many_wait() -> None:
    sizes = simulated(pace(), cpu, rate=20).sizes

    assert np.mean(sizes) < 2


def test_on_a_gpu_frames_wait_for_each_other_only_when_they_come_fast() -> None:
    assert simulated(pace(), gpu, rate=5).held == 0
    assert simulated(pace(), gpu, rate=200).held > 0


def test_a_wait_is_never_longer_than_what_company_saves() -> None:
    steady = simulated(Steady(32), gpu, rate=200)
    held = simulated(pace(), gpu, rate=200)

    assert held.latencies.mean() < 1.05 * steady.latencies.mean()


def test_a_machine_that_became_slow_is_given_less_at_once() -> None:
    pacing = pace()
    simulated(pacing, gpu, rate=2000)
    before = pacing.limit

    simulated(pacing, lambda frames: 0.1 + 0.1 * frames, rate=20, frames=1000, seed=1)

    assert before > 8
    assert pacing.limit <= 4


def test_no_judgement_takes_more_than_half_the_target() -> None:
    pacing = pace()
    for frames in (1, 2, 3, 4) * 50:
        pacing.judged(frames, 0.2 + 0.05 * frames)

    assert pacing.limit <= 6


def test_one_frame_goes_however_long_it_takes() -> None:
    pacing = pace()
    for _ in range(50):
        pacing.judged(1, 3.0)

    assert pacing.limit == 1
    assert pacing.hold_seconds(1) == 0


def test_at_first_it_tries_one_frame_more_at_a_time() -> None:
    pacing = pace()
    first = pacing.limit
    pacing.judged(1, 0.02)

    assert (first, pacing.limit) == (1, 2)


def test_never_more_than_the_most() -> None:
    pacing = pace(most=4)
    for frames in (1, 2, 3, 4) * 50:
        pacing.judged(frames, 1e-3 + 1e-6 * frames)

    assert pacing.limit == 4
