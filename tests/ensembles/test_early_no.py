"""A floor may end a frame, and the promise still holds for the whole cascade.

The simulations are those of `test_promise.py`, on calibrations that put a floor as well. The same
harness is run on a floor that nobody paid for, and fails it.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ensembles.bounds import Promise, recall_bound
from ensembles.calibrate import (
    Payment,
    TooFewPositivesError,
    calibrate,
    calibrate_best,
)
from ensembles.candidates import Candidate, all_candidates, candidates_named
from ensembles.early_no import floors_at, miss_budget, passed
from ensembles.point import OperatingPoint, dial_of, point_at, scales_of
from ensembles.replay import kept_at, objects_found
from ensembles.score_table import NEGATIVE, NOBODY, ScoreTable
from tests.ensembles.worlds import TRIALS, VOTERS, Truth, World, most_broken, share_broken

FEWER_TRIALS = 500
PROMISE = Promise(0.95, 0.95)
MOST_BROKEN = most_broken(PROMISE)
PLAIN = World()
CLUSTERED = World(frames_per_object=5, likeness=0.9)
CANDIDATES = all_candidates(VOTERS)
OR, TWO_OF_THREE, AND = CANDIDATES[3:]

Calibrate = Callable[[ScoreTable], OperatingPoint]


def cascade(candidate: Candidate, *, share: float, voter: int = 0) -> Calibrate:
    chosen = candidate.with_early_no(voter, share=share)
    return lambda table: calibrate(table, chosen, PROMISE).point


def table(positives: int, *, seed: int = 3, negatives: int = 400) -> ScoreTable:
    world = World(frames_per_object=3, likeness=0.5)
    return world.table(np.random.default_rng(seed), positives=positives, negatives=negatives)


@pytest.mark.parametrize(
    ("candidate", "share", "voter"),
    [(OR, 0.0, 0), (OR, 0.5, 0), (OR, 1.0, 0), (OR, 0.5, 2), (TWO_OF_THREE, 0.5, 1)],
    ids=["or, none", "or, half", "or, all", "or, by the worst", "2-of-3, half"],
)
def test_the_promise_holds_for_the_whole_cascade(
    candidate: Candidate, share: float, voter: int
) -> None:
    broken = share_broken(
        PLAIN, cascade(candidate, share=share, voter=voter), PROMISE, positives=208, negatives=300
    )

    assert broken <= MOST_BROKEN


@pytest.mark.parametrize("negatives", [100, 1000])
def test_the_promise_holds_where_objects_are_seen_in_several_frames(negatives: int) -> None:
    broken = share_broken(
        CLUSTERED, cascade(OR, share=0.5), PROMISE, positives=153, negatives=negatives
    )

    assert broken <= MOST_BROKEN


@pytest.mark.parametrize(("payment", "positives"), [("split", 400), ("delta / M", 200)])
def test_the_promise_holds_for_the_best_of_several_cascades(
    payment: Payment, positives: int
) -> None:
    cascades = [each.with_early_no(0, share=0.5) for each in CANDIDATES]

    def best(scores: ScoreTable) -> OperatingPoint:
        return calibrate_best(scores, cascades, PROMISE, payment=payment).point

    broken = share_broken(
        PLAIN, best, PROMISE, positives=positives, negatives=300, trials=FEWER_TRIALS
    )

    assert broken <= most_broken(PROMISE, FEWER_TRIALS)


def unpaid(scores: ScoreTable) -> OperatingPoint:
    """Put a floor and a dial each where all of the allowed misses are made."""
    chosen = OR.with_early_no(0, share=0.5)
    allowed = PROMISE.allowed_misses(scores.positives) or 0
    plain = point_at(
        scores, OR, scales_of(scores, OR), misses=allowed, confidence=PROMISE.confidence
    )
    return replace(plain, candidate=chosen, floors=floors_at(scores, chosen, allowed))


def test_a_floor_that_is_not_paid_for_fails_the_same_check() -> None:
    assert share_broken(PLAIN, unpaid, PROMISE, positives=208, negatives=300) > 2 * MOST_BROKEN


def test_the_bound_of_a_cascade_is_as_sharp_as_that_of_one_rule_with_a_miss_more() -> None:
    """The share of objects that a floor and a dial lose follows the law of k + 1 misses."""
    random, truth_random = np.random.default_rng(5), np.random.default_rng(6)
    truth = Truth.of(PLAIN, truth_random)
    chosen = OR.with_early_no(0, share=0.5)
    recalls = np.array(
        [
            truth.recall(
                point_at(scores, chosen, scales_of(scores, chosen), misses=5, confidence=0.95)
            )
            for scores in (
                PLAIN.table(random, positives=100, negatives=3000) for _ in range(TRIALS)
            )
        ]
    )

    # A twentieth of all calibrations lies below the 95 % bound of five misses, no more, no less.
    below = float((recalls < recall_bound(5, 100, confidence=0.95)).mean())
    assert below == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / TRIALS) + 0.01)


@given(st.integers(1, 60), st.floats(0, 1))
def test_a_budget_is_spent_whole_and_costs_one_miss_for_the_floor(
    allowed: int, share: float
) -> None:
    budget = miss_budget(allowed, OR.with_early_no(0, share=share))

    assert budget.charged == allowed
    assert (budget.price, budget.floor) == (1, int((allowed - 1) * share))


def test_without_a_gatekeeper_all_misses_are_the_rules() -> None:
    assert miss_budget(7, OR).dial == 7


def test_a_floor_without_a_miss_to_pay_it_with_is_refused() -> None:
    with pytest.raises(
        TooFewPositivesError, match=r"at least 93 positives.*a floor costs one miss"
    ):
        calibrate(table(92), OR.with_early_no(0, share=0.5), PROMISE)

    assert calibrate(table(93), OR.with_early_no(0, share=0.5), PROMISE).point.charged == 1


@pytest.mark.parametrize(
    "candidate", [CANDIDATES[0], AND, CANDIDATES[1]], ids=["alone", "and", "not in it"]
)
def test_a_voter_whose_plain_no_ends_a_frame_anyway_gets_no_floor(candidate: Candidate) -> None:
    assert candidate.with_early_no(0, share=0.5) is candidate


def test_a_heavy_vote_that_nothing_goes_without_gets_no_floor() -> None:
    vote = {"weights": {"a": 3, "b": 1, "c": 1}, "needed": 3}
    (heavy,) = candidates_named(["weighted"], VOTERS, vote=vote)

    assert heavy.with_early_no(0, share=0.5).rule.gatekeepers == ()
    assert heavy.with_early_no(1, share=0.5).rule.gatekeepers == (1,)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([OR, TWO_OF_THREE]), st.floats(0, 1))
def test_the_thresholds_and_floors_decide_as_the_dial_does(
    seed: int, candidate: Candidate, share: float
) -> None:
    scores = table(120, seed=seed)
    scores.scores[::9, 0] = np.nan
    chosen = candidate.with_early_no(0, share=share)
    done = calibrate(scores, chosen, PROMISE)

    kept = kept_at(scores, done.point)

    dial = dial_of(scores, chosen, done.scales, done.point.floors)
    np.testing.assert_array_equal(kept, dial >= done.point.dial)
    assert int((~objects_found(scores, kept)).sum()) == done.point.misses <= done.point.charged
    pairs = zip(done.point.thresholds, done.point.floors, strict=True)
    assert all(threshold >= (floor or 0) for threshold, floor in pairs)


def test_a_floor_spares_the_other_voters_most_empty_frames() -> None:
    scores = table(208, negatives=3000)
    chosen = OR.with_early_no(0, share=0.5)
    point = calibrate(scores, chosen, PROMISE).point

    empty = scores.labels == NEGATIVE

    assert float((~passed(scores, chosen, point.floors))[empty].mean()) > 0.4


def test_an_abstention_of_the_gatekeeper_ends_nothing() -> None:
    scores = table(93)
    scores.scores[:, 0] = np.where(np.arange(len(scores)) % 2, np.nan, scores.scores[:, 0])

    through = passed(scores, OR, (0.9, None, None))

    assert through[np.isnan(scores.scores[:, 0])].all()


def test_a_floor_never_lies_above_one() -> None:
    nobody = np.full(4, NOBODY)
    silent = ScoreTable(
        VOTERS,
        np.full((4, 3), np.nan, dtype=np.float32),
        np.ones(4, dtype=np.int8),
        nobody,
        nobody,
    )

    assert floors_at(silent, OR.with_early_no(0, share=0.5), 1) == (1.0, None, None)
