"""The promise itself, tried 2,000 times in worlds whose truth is known.

Each share of broken promises may exceed 1 - C by at most three standard errors. The same harness
is run on the naive threshold, and fails it: so the check can fail.
"""

from collections.abc import Callable

import numpy as np
import pytest

from ensembles.bounds import Promise
from ensembles.calibrate import Payment, calibrate, calibrate_best
from ensembles.candidates import Candidate, all_candidates
from ensembles.point import OperatingPoint, dial_of, scales_of
from ensembles.score_table import NOBODY, ScoreTable
from tests.ensembles.worlds import TRIALS, VOTERS, Truth, World, most_broken, share_broken

PROMISE = Promise(0.95, 0.95)
MOST_BROKEN = most_broken(PROMISE)
PLAIN = World()
CLUSTERED = World(frames_per_object=5, likeness=0.9)
CANDIDATES = all_candidates(VOTERS)
OR = CANDIDATES[len(VOTERS)]

Calibrate = Callable[[ScoreTable], OperatingPoint]


def one(candidate: Candidate) -> Calibrate:
    return lambda table: calibrate(table, candidate, PROMISE).point


def best(payment: Payment) -> Calibrate:
    return lambda table: calibrate_best(table, CANDIDATES, PROMISE, payment=payment).point


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.name)
def test_the_promise_holds_for_a_rule_fixed_beforehand(candidate: Candidate) -> None:
    broken = share_broken(PLAIN, one(candidate), PROMISE, positives=120, negatives=300)

    assert broken <= MOST_BROKEN


@pytest.mark.parametrize("negatives", [100, 1000])
@pytest.mark.parametrize("world", [PLAIN, CLUSTERED], ids=["single frames", "clustered"])
def test_the_promise_holds_at_every_prevalence_and_under_clustering(
    world: World, negatives: int
) -> None:
    broken = share_broken(world, one(OR), PROMISE, positives=100, negatives=negatives)

    assert broken <= MOST_BROKEN


@pytest.mark.parametrize(("payment", "positives"), [("split", 240), ("delta / M", 120)])
def test_the_promise_holds_for_the_best_of_many_rules(payment: Payment, positives: int) -> None:
    broken = share_broken(PLAIN, best(payment), PROMISE, positives=positives, negatives=300)

    assert broken <= MOST_BROKEN


def naive(table: ScoreTable) -> OperatingPoint:
    """Put the threshold where the recall on the calibration set just reaches the target."""
    points = [
        at_misses(table, each, int(table.positives * (1 - PROMISE.recall))) for each in CANDIDATES
    ]
    return min(points, key=lambda point: point.share_kept)


def at_misses(table: ScoreTable, candidate: Candidate, misses: int) -> OperatingPoint:
    scales = scales_of(table, candidate)
    dial = dial_of(table, candidate, scales)
    t = float(np.sort(table.best_by_object(dial))[misses])
    kept = int((dial >= t).sum())
    thresholds = tuple(scale.threshold(t) for scale in scales)
    return OperatingPoint(
        candidate=candidate,
        dial=t,
        thresholds=thresholds,
        floors=(None,) * len(thresholds),
        positives=table.positives,
        misses=misses,
        charged=misses,
        bound=0.0,
        frames=len(table),
        kept=kept,
        share_low=0.0,
        share_high=1.0,
    )


def test_the_naive_threshold_fails_the_same_check() -> None:
    broken = share_broken(PLAIN, naive, PROMISE, positives=120, negatives=300)

    assert broken > 0.5


def frame_by_frame(table: ScoreTable) -> OperatingPoint:
    """Calibrate as if every frame showed an object of its own."""
    alone = np.full(len(table), NOBODY, dtype=np.int64)
    frames = ScoreTable(table.voters, table.scores, table.labels, alone, table.groups)
    return calibrate(frames, OR, PROMISE).point


def test_counting_frames_that_are_alike_breaks_a_promise_on_frames() -> None:
    world = World(frames_per_object=9, likeness=0.9)
    random = np.random.default_rng(7)
    truth = Truth.of(world, random)

    points = [
        frame_by_frame(world.table(random, positives=30, negatives=200)) for _ in range(TRIALS)
    ]

    broken = np.mean([truth.frame_recall(point) < PROMISE.recall for point in points])
    assert broken > 2 * MOST_BROKEN
