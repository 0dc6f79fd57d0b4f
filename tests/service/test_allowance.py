"""A rate is kept in the long run, whatever comes when."""

from hypothesis import given
from hypothesis import strategies as st

from service.allowance import BURST_SECONDS, Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_taken_and_then_the_rate() -> None:
    clock = Clock()
    allowance = Allowance(60, clock)
    burst = [allowance.take() for _ in range(BURST_SECONDS)]

    assert burst == [0] * BURST_SECONDS
    assert allowance.take() == 1
    clock.now += 1
    assert allowance.take() == 0
    assert allowance.take() == 1


def test_even_the_smallest_rate_lets_one_through() -> None:
    clock = Clock()
    allowance = Allowance(1, clock)

    assert allowance.take() == 0
    assert allowance.take() == 60


def test_what_is_owed_is_waited_for() -> None:
    clock = Clock()
    allowance = Allowance(60, clock)
    allowance.take()
    allowance.owe(63)

    assert allowance.take() == 55
    clock.now += 55
    assert allowance.take() == 0


@given(
    per_minute=st.integers(1, 600),
    steps=st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=60),
)
def test_no_pattern_gets_more_than_the_rate_and_one_burst(
    per_minute: int, steps: list[float]
) -> None:
    clock = Clock()
    allowance = Allowance(per_minute, clock)
    taken = 0
    for step in steps:
        clock.now += step
        while allowance.take() == 0:
            taken += 1

    burst = max(1, per_minute * BURST_SECONDS / 60)
    assert taken <= clock.now * per_minute / 60 + burst + 1e-6
