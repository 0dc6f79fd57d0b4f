"""What labels say of the recall holds at every look, whatever the propensities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.live_recall import LIMIT, Outcome, RecallEvidence, lower_bound

PROMISE = 0.95
RUNS = 200


def stream(
    recall: float, *, positives: int, kept: float, skipped: float, seed: int
) -> list[Outcome]:
    """Outcomes of the sampled ones among so many positive frames."""
    random = np.random.default_rng(seed)
    missed = random.random(positives) >= recall
    sampled = random.random(positives) < np.where(missed, skipped, kept)
    least = min(kept, skipped)
    return [Outcome(bool(miss), least / (skipped if miss else kept)) for miss in missed[sampled]]


def evidence_of(outcomes: list[Outcome]) -> RecallEvidence:
    evidence = RecallEvidence(PROMISE)
    for outcome in outcomes:
        evidence.update(outcome)
    return evidence


def test_a_miss_raises_the_evidence_and_a_find_lowers_it() -> None:
    evidence = RecallEvidence(PROMISE)

    evidence.update(Outcome(missed=True, weight=1))
    after_a_miss = evidence.value
    evidence.update(Outcome(missed=False, weight=1))

    assert after_a_miss == pytest.approx(1.95)
    assert evidence.value == pytest.approx(1.95 * 0.95)


def test_misses_are_not_averaged_away_by_a_good_past() -> None:
    past = [Outcome(missed=False, weight=1)] * 10_000
    worse = [Outcome(missed=True, weight=1)] * 5

    assert evidence_of(past + worse).alarmed


def test_an_alarm_stays() -> None:
    evidence = evidence_of([Outcome(missed=True, weight=1)] * 5)

    for _ in range(1000):
        evidence.update(Outcome(missed=False, weight=1))

    assert evidence.value < LIMIT
    assert evidence.alarmed


@pytest.mark.parametrize(("kept", "skipped"), [(1, 1), (1, 0.1), (0.1, 1), (0.5, 0.2)])
def test_at_the_promised_recall_a_bet_is_fair_whatever_the_propensities(
    kept: float, skipped: float
) -> None:
    """E[prod of the factors] is 1: the mean over many short streams."""
    random = np.random.default_rng(5)
    shape = (200_000, 20)
    missed = random.random(shape) >= PROMISE
    sampled = random.random(shape) < np.where(missed, skipped, kept)
    weight = min(kept, skipped) / np.where(missed, skipped, kept)
    factors = np.where(sampled, 1 + weight * (missed - (1 - PROMISE)), 1.0)

    assert factors.prod(axis=1).mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("kept", "skipped", "positives"), [(1, 1, 1000), (1, 0.2, 2000), (0.2, 1, 5000)]
)
def test_a_promise_that_is_kept_seldom_alarms(kept: float, skipped: float, positives: int) -> None:
    """At a true recall of .98."""
    alarms = sum(
        evidence_of(
            stream(0.98, positives=positives, kept=kept, skipped=skipped, seed=seed)
        ).alarmed
        for seed in range(RUNS)
    )

    assert alarms <= 2 * 0.01 * RUNS  # 1 % is promised; twice that, for chance


@pytest.mark.parametrize(
    ("recall", "kept", "skipped"),
    [(0.95, 1, 1), (0.95, 1, 0.1), (0.8, 1, 0.3), (0.99, 0.2, 1)],
)
def test_the_bound_lies_below_the_recall_at_all_looks_together(
    recall: float, kept: float, skipped: float
) -> None:
    wrong = 0
    for seed in range(RUNS):
        outcomes = stream(recall, positives=600, kept=kept, skipped=skipped, seed=seed)
        looks = range(50, len(outcomes) + 1, 90)
        wrong += any(lower_bound(outcomes[:look]) > recall for look in looks)

    assert wrong <= 0.05 * RUNS  # seen over 20,000 runs: 2 to 3 %


def test_the_bound_comes_close_to_the_recall() -> None:
    outcomes = stream(0.97, positives=3000, kept=1, skipped=1, seed=1)

    assert 0.955 < lower_bound(outcomes) < 0.97


def test_without_labels_nothing_is_proved() -> None:
    assert lower_bound([]) == 0


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.02, 0.5, 1.0])), max_size=60))
def test_the_bound_depends_on_counts_and_not_on_order(drawn: list[tuple[bool, float]]) -> None:
    outcomes = [Outcome(*one) for one in drawn]

    bound = lower_bound(outcomes)

    assert 0 <= bound <= 1
    assert lower_bound(outcomes[::-1]) == pytest.approx(bound, abs=1e-9)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_one_more_find_never_lowers_the_bound_and_one_more_miss_never_raises_it(
    drawn: list[bool],
) -> None:
    outcomes = [Outcome(missed, 1.0) for missed in drawn]

    bound = lower_bound(outcomes)

    assert lower_bound([*outcomes, Outcome(missed=False, weight=1.0)]) >= bound - 1e-9
    assert lower_bound([*outcomes, Outcome(missed=True, weight=1.0)]) <= bound + 1e-9
