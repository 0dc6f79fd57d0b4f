"""What every rule could promise, and what it would cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ensembles.bounds import Promise, recall_bound
from ensembles.calibrate import Calibration, calibrate, calibrate_best
from ensembles.candidates import Candidate, all_candidates
from ensembles.operating_points import (
    budgets,
    certified_frontier,
    compared_frontiers,
    frontier,
    path_thresholds,
)
from ensembles.point import scales_of
from ensembles.score_table import NOBODY, ScoreTable
from tests.ensembles.worlds import VOTERS, World

CANDIDATES = all_candidates(VOTERS)
PROMISE = Promise(0.95)


def world_table(seed: int = 3, *, positives: int = 120, groups: int = 40) -> ScoreTable:
    world = World(frames_per_object=3, likeness=0.5)
    random = np.random.default_rng(seed)
    return world.table(random, positives=positives, negatives=300, groups=groups)


def one_voter(scores: list[float], labels: list[int]) -> ScoreTable:
    nobody = np.full(len(scores), NOBODY)
    return ScoreTable(
        ("a",),
        np.array(scores, dtype=np.float32)[:, None],
        np.array(labels, dtype=np.int8),
        nobody,
        nobody,
    )


def test_a_frontier_by_hand() -> None:
    table = one_voter([0.9, 0.5, 0.5, 0.1, 0.6, 0.3, 0.2, 0.05], [1, 1, 1, 1, 0, 0, 0, 0])
    (candidate,) = all_candidates(table.voters)

    curve = frontier(table, candidate, scales_of(table, candidate), confidence=0.95)

    assert curve.dials.tolist() == [0.25, 0.75, 1.0]
    assert curve.misses.tolist() == [0, 1, 3]
    assert curve.kept.tolist() == [7, 4, 1]
    assert curve.false_alarms.tolist() == [3, 1, 0]
    assert curve.bounds == pytest.approx([recall_bound(k, 4, confidence=0.95) for k in (0, 1, 3)])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(CANDIDATES))
def test_more_misses_always_mean_fewer_frames_and_a_lower_bound(
    seed: int, candidate: Candidate
) -> None:
    table = world_table(seed, positives=30)

    curve = frontier(table, candidate, scales_of(table, candidate), confidence=0.9)

    assert (np.diff(curve.misses) > 0).all()
    assert (np.diff(curve.kept) < 0).all()
    assert (np.diff(curve.false_alarms) <= 0).all()
    assert (np.diff(curve.bounds) < 0).all()
    assert curve.misses[0] == 0


def calibrations() -> list[tuple[ScoreTable, Calibration]]:
    few, many = world_table(), world_table(positives=400)
    return [
        (few, calibrate(few, CANDIDATES[4], PROMISE)),
        (few, calibrate_best(few, CANDIDATES, PROMISE)),
        (many, calibrate_best(many, CANDIDATES, PROMISE, seed=5)),
    ]


@pytest.mark.parametrize(
    ("table", "calibration"), calibrations(), ids=["one rule", "delta / M", "split"]
)
def test_the_calibrated_point_lies_on_the_certified_frontier(
    table: ScoreTable, calibration: Calibration
) -> None:
    point = calibration.point

    curve = certified_frontier(table, calibration)
    place = curve.within(point.misses)

    assert curve.dials[place] == point.dial
    assert curve.misses[place] == point.misses
    assert curve.kept[place] == point.kept
    assert curve.frames == point.frames
    assert curve.bounds[place] == pytest.approx(point.bound)


def test_curves_that_are_compared_share_delta() -> None:
    table = world_table()

    curves = compared_frontiers(table, calibrate(table, CANDIDATES[3], PROMISE))

    assert [curve.candidate for curve in curves] == list(CANDIDATES)
    assert [curve.confidence for curve in curves] == pytest.approx([1 - 0.05 / 6] * 6)


@pytest.mark.parametrize("table", [world_table(), world_table(positives=400)])
def test_the_path_passes_through_the_calibrated_thresholds(table: ScoreTable) -> None:
    point = calibrate_best(table, CANDIDATES, PROMISE, seed=5).point

    thresholds = path_thresholds(table, calibrate_best(table, CANDIDATES, PROMISE, seed=5))

    assert tuple(thresholds[column] for column in point.candidate.voters) == point.thresholds


def test_a_thinned_frontier_keeps_its_ends() -> None:
    curve = certified_frontier(*calibrations()[0])

    thin = curve.thinned(7)

    assert len(thin.dials) == 7
    assert (thin.misses[0], thin.misses[-1]) == (curve.misses[0], curve.misses[-1])
    assert thin.thinned(100) is thin


def test_budgets_say_what_is_allowed_and_what_one_more_miss_would_take() -> None:
    at_95, at_99 = budgets([0.95, 0.99], positives=100, confidence=0.95)

    assert (at_95.allowed, at_95.needed, at_95.for_one_more) == (1, 59, 124)
    assert (at_99.allowed, at_99.needed, at_99.for_one_more) == (None, 299, 299)


def test_a_frontier_without_positives_is_refused() -> None:
    table = one_voter([0.5, 0.1], [0, 0])
    (candidate,) = all_candidates(table.voters)

    with pytest.raises(ValueError, match="at least one positive"):
        frontier(table, candidate, scales_of(table, candidate), confidence=0.95)


def test_the_certified_curve_of_a_cascade_keeps_its_floor_and_pays_for_it() -> None:
    table = world_table(positives=200)
    done = calibrate(table, CANDIDATES[3].with_early_no(0, share=0.5), PROMISE)

    curve = certified_frontier(table, done)

    place = curve.within(done.point.charged)
    assert place is not None
    assert (int(curve.misses[place]), int(curve.kept[place])) == (
        done.point.misses,
        done.point.kept,
    )
    assert float(curve.bounds[place]) == pytest.approx(done.point.bound)
    assert curve.within(0) is None
    assert (curve.dials >= 0).all()
