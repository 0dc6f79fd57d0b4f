from collections.abc import Callable, Sequence
from threading import Event

import numpy as np
import pytest
from prometheus_client import REGISTRY

from ensembles.asking import EVERY, CheapestFirst
from ensembles.reasons import Reason
from ensembles.rules import at_least
from ensembles.voter import Floats, Reading
from monitoring.around import Forgiving, ShownOrder, guard

BROKEN = -1


class Halves:
    """Scores every view 0.5 and gives it an embedding; a view `BROKEN` makes it raise."""

    def read(self, views: Sequence[int]) -> Reading:
        if BROKEN in views:
            raise RuntimeError("cannot read this")
        count = len(views)
        embeddings = np.tile(np.array([[1, 0]], dtype=np.float32), (count, 1))
        return Reading(np.full(count, 0.5, dtype=np.float32), embeddings)


class Says:
    def __init__(self, answer: Callable[[int], object]) -> None:
        self.answer = answer

    def read(self, views: Sequence[int]) -> Reading:
        return self.answer(len(views))  # type: ignore[return-value] # lies on purpose


class Hangs:
    def __init__(self) -> None:
        self.release = Event()
        self.readings = 0

    def read(self, views: Sequence[int]) -> Reading:
        self.readings += 1
        self.release.wait()
        return Reading(np.zeros(len(views), dtype=np.float32))


def scores(*values: float) -> Floats:
    return np.array(values, dtype=np.float32)


def failures(voter: str, kind: Reason) -> float:
    labels = {"ensemble": "boats", "voter": voter, "kind": kind.value}
    return REGISTRY.get_sample_value("skysift_voter_failures_total", labels) or 0.0


def test_a_voter_that_works_is_left_alone() -> None:
    reading = guard("boats", "works", Halves(), 5).read([1, 2])

    assert reading.scores.tolist() == [0.5, 0.5]
    assert reading.embeddings is not None


def test_only_the_culprit_of_a_failed_reading_abstains() -> None:
    reading = guard("boats", "culprit", Halves(), 5).read([1, BROKEN, 3])

    assert np.isnan(reading.scores).tolist() == [False, True, False]
    assert [reading.reason(view) for view in range(3)] == [None, Reason.VOTER_FAILED, None]
    assert reading.embeddings is not None
    assert np.isnan(reading.embeddings[:, 0]).tolist() == [False, True, False]
    assert failures("culprit", Reason.VOTER_FAILED) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda count: None,
        lambda count: Reading(scores()),
        lambda count: Reading(scores(*[0.5] * (count + 1))),
        lambda count: Reading(scores(*[1.5] * count)),
        lambda count: Reading(scores(*[np.inf] * count)),
        lambda count: scores(*[0.5] * count).tolist(),
    ],
    ids=["nothing", "too few", "too many", "above 1", "infinite", "no reading"],
)
def test_nonsense_becomes_an_abstention(answer: Callable[[int], object]) -> None:
    reading = guard("boats", "nonsense", Says(answer), 5).read([1, 2])

    assert np.isnan(reading.scores).all()
    assert reading.reason(0) == Reason.VOTER_FAILED


def test_nan_is_an_abstention_that_is_counted() -> None:
    before = failures("silent", Reason.VOTER_ABSTAINED)

    reading = guard("boats", "silent", Says(lambda count: Reading(scores(0.2, np.nan))), 5).read(
        [1, 2]
    )

    assert reading.reason(1) == Reason.VOTER_ABSTAINED
    assert failures("silent", Reason.VOTER_ABSTAINED) == before + 1


def test_a_voter_that_hangs_abstains_after_its_budget_and_is_not_asked_again_one_by_one() -> None:
    voter = Hangs()

    reading = guard("boats", "stuck", voter, 0.02).read([1, 2, 3])
    voter.release.set()

    assert [reading.reason(view) for view in range(3)] == [Reason.VOTER_TIMEOUT] * 3
    assert voter.readings == 1
    assert failures("stuck", Reason.VOTER_TIMEOUT) == 3


def test_a_voter_that_always_hangs_is_given_up_without_a_wait() -> None:
    voter = Hangs()
    forgiving = Forgiving("boats", "given_up", voter, 0.001)
    for _ in range(16):
        forgiving.read([1])

    reading = Forgiving.read(forgiving, [1])
    voter.release.set()

    assert reading.reason(0) == Reason.VOTER_TIMEOUT
    assert voter.readings <= 16  # on a busy machine some were given up before they began


def test_a_voter_that_recovers_is_asked_again() -> None:
    voter = Hangs()
    forgiving = Forgiving("boats", "recovers", voter, 0.02)
    forgiving.read([1])
    voter.release.set()
    forgiving.timeout_seconds = 5

    assert forgiving.read([1]).scores.tolist() == [0]


def test_readings_are_timed() -> None:
    labels = {"stage": "voter", "ensemble": "boats", "voter": "timed"}

    guard("boats", "timed", Halves(), 5).read([1])

    assert REGISTRY.get_sample_value("skysift_stage_duration_seconds_count", labels) == 1


def test_the_asking_order_is_shown_as_it_is_found() -> None:
    def places() -> list[float | None]:
        labels = [{"ensemble": "shown", "voter": voter} for voter in ("slow", "quick")]
        return [REGISTRY.get_sample_value("skysift_voter_place", each) for each in labels]

    order = ShownOrder("shown", ["slow", "quick"], CheapestFirst(at_least(1, 2), seats=2))
    before = places()
    for column, seconds in enumerate((9.0, 1.0)):
        order.timed(column, views=1, seconds=seconds)
    order.learn(np.zeros((EVERY, 2), dtype=np.int8), np.arange(EVERY))
    order.learn(np.ones((EVERY, 2), dtype=np.int8), np.arange(EVERY))

    assert (before, places()) == ([1, 2], [2, 1])
    assert order.columns == (1, 0)
