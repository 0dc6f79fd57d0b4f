"""What every rule could promise and what it would cost: the curves a report compares.

A frontier holds, for each number of missed objects, the share of frames to review and the recall
that is guaranteed. Curves that are compared pay for the comparison: M of them are drawn at
confidence 1 - delta / M each (Bonferroni), so that the best of them still keeps its bound. Only
the certified curve, whose rule was settled without it, is drawn at its own confidence.

A bound holds for a recall that is fixed before the data are seen, not for all points of a curve
at once (docs/report.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import beta

from ensembles.bounds import Promise
from ensembles.calibrate import Calibration, certifying_rows
from ensembles.candidates import Candidate, all_candidates
from ensembles.dial import Doubles, Scale
from ensembles.early_no import Floors
from ensembles.point import dial_of, scales_of
from ensembles.score_table import Codes, ScoreTable


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Every operating point of one rule, from the widest (no miss) to the narrowest.

    Args:
        candidate: The rule.
        confidence: Of each point's bound.
        positives: Objects.
        unseen: Misses that each bound counts beyond those that are seen: the price of a floor.
        frames: Over which the share to review is counted.
        negatives: Frames without the target (or unlabelled ones where no negative is known).
        dials: t, ascending, shape (points,).
        misses: Objects below t, rising, shape (points,).
        kept: Frames that go to review, falling, shape (points,).
        false_alarms: Negatives among them, falling, shape (points,).
    """

    candidate: Candidate
    confidence: float
    positives: int
    unseen: int
    frames: int
    negatives: int
    dials: Doubles
    misses: Codes
    kept: Codes
    false_alarms: Codes

    @property
    def bounds(self) -> Doubles:
        """The recall guaranteed at each point, falling, shape (points,)."""
        charged = self.misses + self.unseen
        found = self.positives - charged
        bounds = beta.ppf(1 - self.confidence, np.maximum(found, 1), charged + 1)
        return np.asarray(np.where(found > 0, bounds, 0.0), dtype=np.float64)

    def within(self, misses: int) -> int | None:
        """Return the index of the narrowest point charged with at most so many misses."""
        place = int(np.searchsorted(self.misses + self.unseen, misses, side="right")) - 1
        return None if place < 0 else place

    def thinned(self, points: int) -> "Frontier":
        """Return the frontier with at most so many of its points, both ends among them."""
        if len(self.dials) <= points:
            return self
        places = np.linspace(0, len(self.dials) - 1, points).round().astype(np.int64)
        return replace(
            self,
            dials=self.dials[places],
            misses=self.misses[places],
            kept=self.kept[places],
            false_alarms=self.false_alarms[places],
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """What the positives at hand allow at one recall.

    Args:
        recall: That is to be promised.
        allowed: Objects that may be missed; None when not even zero misses certify.
        needed: Positives with which zero misses certify.
        for_one_more: Positives with which one more miss is allowed.
    """

    recall: float
    allowed: int | None
    needed: int
    for_one_more: int


def frontier(
    table: ScoreTable,
    candidate: Candidate,
    scales: Sequence[Scale],
    *,
    confidence: float,
    floors: Floors | None = None,
    unseen: int = 0,
) -> Frontier:
    """Return every operating point of the rule on this table.

    Args:
        table: Labelled scores.
        candidate: The rule.
        scales: Of its voters.
        confidence: Of each bound.
        floors: Of its voters: they stay where they are while the dial moves.
        unseen: Misses that each bound counts beyond those that are seen.

    Raises:
        ValueError: The table shows no positive.
    """
    dial = dial_of(table, candidate, scales, floors)
    objects = np.sort(table.best_by_object(dial))
    if not objects.size:
        raise ValueError("a frontier needs at least one positive object")
    dials, misses = np.unique(objects, return_index=True)
    dials, misses = dials[dials >= 0], misses[dials >= 0]
    negatives = dial_of(table.negatives(), candidate, scales, floors)
    return Frontier(
        candidate=candidate,
        confidence=confidence,
        positives=len(objects),
        unseen=unseen,
        frames=len(table),
        negatives=len(negatives),
        dials=dials,
        misses=misses.astype(np.int64),
        kept=_reaching(dial, dials),
        false_alarms=_reaching(negatives, dials),
    )


def certified_frontier(table: ScoreTable, calibration: Calibration) -> Frontier:
    """Return the frontier on which the calibrated point lies, at the confidence it was paid.

    Args:
        table: The whole table that was calibrated.
        calibration: Its result.
    """
    certifying = table.take(certifying_rows(table, calibration))
    point = calibration.point
    return frontier(
        certifying,
        point.candidate,
        calibration.scales,
        confidence=calibration.paid.confidence,
        floors=point.floors,
        unseen=point.charged - point.misses,
    )


def compared_frontiers(table: ScoreTable, calibration: Calibration) -> tuple[Frontier, ...]:
    """Return the frontier of every rule and every voter on the whole table, at delta / M each."""
    candidates = compared_candidates(table, calibration)
    confidence = calibration.promise.shared_by(len(candidates)).confidence
    return tuple(
        frontier(table, each, scales_of(table, each), confidence=confidence) for each in candidates
    )


def compared_candidates(table: ScoreTable, calibration: Calibration) -> tuple[Candidate, ...]:
    """Return every voter and rule, and whatever else calibration looked at, without floors."""
    usual = all_candidates(table.voters)
    names = {each.name for each in usual}
    tried = (point.candidate.without_early_no for point in calibration.rivals)
    return (*usual, *(each for each in tried if each.name not in names))


def path_thresholds(table: ScoreTable, calibration: Calibration) -> tuple[float, ...]:
    """Return a threshold for every voter of the table, all at the calibrated dial.

    Those of the calibrated rule are its own; the others let the same share of negatives pass.
    """
    certifying = certifying_rows(table, calibration)
    scaling = table if certifying.all() else table.take(~certifying)
    singles = all_candidates(table.voters)[: len(table.voters)]
    scales = (scales_of(scaling, single)[0] for single in singles)
    return tuple(scale.threshold(calibration.point.dial) for scale in scales)


def budgets(recalls: Sequence[float], *, positives: int, confidence: float) -> tuple[Budget, ...]:
    """Return what so many positives allow at each recall."""
    return tuple(_budget(Promise(recall, confidence), positives) for recall in recalls)


def _budget(promise: Promise, positives: int) -> Budget:
    allowed = promise.allowed_misses(positives)
    more = 0 if allowed is None else allowed + 1
    return Budget(
        promise.recall, allowed, promise.positives_needed(), promise.positives_needed(more)
    )


def _reaching(scores: Doubles, dials: Doubles) -> Codes:
    """Return how many of the scores reach each dial."""
    below = np.searchsorted(np.sort(scores), dials, side="left")
    return np.asarray(len(scores) - below, dtype=np.int64)
