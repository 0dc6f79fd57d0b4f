"""A voter that gives no score again and again is called down, and not waited for."""

import pytest
import structlog
from prometheus_client import REGISTRY

from ensembles.reasons import Reason
from monitoring.pulse import DOWN_AFTER, SILENT_AFTER, Pulse

FAILED, LATE, SILENT = Reason.VOTER_FAILED, Reason.VOTER_TIMEOUT, Reason.VOTER_ABSTAINED


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def down_metric() -> float | None:
    return REGISTRY.get_sample_value(
        "skysift_voter_down", {"ensemble": "boats", "voter": "specialist"}
    )


@pytest.mark.parametrize(
    ("reason", "after"), [(FAILED, DOWN_AFTER), (LATE, DOWN_AFTER), (SILENT, SILENT_AFTER)]
)
def test_it_is_down_after_so_many_readings_without_a_score(reason: Reason, after: int) -> None:
    pulse = Pulse("boats", "specialist")
    seen = []
    with structlog.testing.capture_logs() as logs:
        for _ in range(after + 3):
            pulse.answered(reason)
            seen.append(pulse.down)

    assert seen == [False] * (after - 1) + [True] * 4
    assert down_metric() == 1
    assert [line["event"] for line in logs] == ["voter_down"]


def test_one_score_brings_it_back() -> None:
    pulse = Pulse("boats", "specialist")
    for _ in range(DOWN_AFTER):
        pulse.answered(FAILED)

    pulse.answered(None)

    assert not pulse.down
    assert down_metric() == 0


def test_a_score_now_and_then_keeps_it_up() -> None:
    pulse = Pulse("boats", "specialist")
    for turn in range(10 * DOWN_AFTER):
        pulse.answered(None if turn % DOWN_AFTER == 0 else FAILED)

    assert not pulse.down


def test_failures_and_late_answers_count_together() -> None:
    pulse = Pulse("boats", "specialist")
    for reason in [FAILED, LATE] * DOWN_AFTER:
        pulse.answered(reason)

    assert pulse.down
    assert not pulse.rests


def test_a_voter_that_is_late_again_and_again_rests_and_then_has_one_trial() -> None:
    clock = Clock()
    pulse = Pulse("boats", "specialist", rest_seconds=30, clock=clock)
    for _ in range(DOWN_AFTER):
        pulse.answered(LATE)
    rested = pulse.rests
    clock.now = 31
    tried = pulse.rests
    pulse.answered(LATE)

    assert (rested, tried, pulse.rests) == (True, False, True)


def test_a_score_ends_the_rest() -> None:
    pulse = Pulse("boats", "specialist", rest_seconds=30, clock=Clock())
    for _ in range(DOWN_AFTER):
        pulse.answered(LATE)

    pulse.answered(None)

    assert not pulse.rests


def test_a_voter_that_raises_does_not_rest_since_nobody_waits_for_it() -> None:
    pulse = Pulse("boats", "specialist", rest_seconds=30, clock=Clock())
    for _ in range(DOWN_AFTER):
        pulse.answered(FAILED)

    assert not pulse.rests
