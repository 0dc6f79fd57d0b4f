"""How good one voter is by itself: precision against recall, and how its scores are spread."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import NEGATIVE, POSITIVE, Codes, ScoreTable
from ensembles.voter import Floats

SWEEP_POINTS = 200
"""Thresholds of a curve: more than a screen shows."""


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecall:
    """What one voter does at each of some thresholds; an abstention counts as kept.

    Args:
        thresholds: float64, shape (points,).
        found: Objects with a kept frame, shape (points,).
        positives: All objects.
        hits: Positive frames that are kept, shape (points,).
        kept: Labelled frames that are kept, shape (points,).
    """

    thresholds: Doubles
    found: Codes
    positives: int
    hits: Codes
    kept: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often one voter gives which score.

    Args:
        positives: Frames that show the target, per bin of equal width over [0, 1].
        negatives: Frames that do not (or unlabelled ones where no negative is known), per bin.
        abstained: Frames without a score, in no bin.
    """

    positives: Codes
    negatives: Codes
    abstained: int


def precision_recall(
    table: ScoreTable, column: int, thresholds: Sequence[float] | Doubles
) -> PrecisionRecall:
    """Return what the voter in this column finds at each threshold."""
    scores = _kept_scores(table.scores[:, column])
    known = (table.labels == POSITIVE) | (table.labels == NEGATIVE)
    objects = table.best_by_object(scores)
    at = np.asarray(thresholds, dtype=np.float64)
    return PrecisionRecall(
        thresholds=at,
        found=_reaching(objects, at),
        positives=len(objects),
        hits=_reaching(scores[table.labels == POSITIVE], at),
        kept=_reaching(scores[known], at),
    )


def sweep(table: ScoreTable, column: int, *, points: int = SWEEP_POINTS) -> Doubles:
    """Return thresholds, ascending, at which the voter's recall changes, at most `points`."""
    objects = table.best_by_object(_kept_scores(table.scores[:, column]))
    levels = np.unique(objects[np.isfinite(objects)])
    places = np.linspace(0, len(levels) - 1, min(points, len(levels))).round().astype(np.int64)
    return np.asarray(levels[places], dtype=np.float64)


def histogram(table: ScoreTable, column: int, *, bins: int) -> Histogram:
    """Return how the voter's scores are spread over `bins` bins of equal width."""
    scores = table.scores[:, column]
    return Histogram(
        positives=_counts(scores[table.labels == POSITIVE], bins),
        negatives=_counts(table.negatives().scores[:, column], bins),
        abstained=int(np.isnan(scores).sum()),
    )


def _kept_scores(scores: Floats) -> Doubles:
    """Return the scores with abstentions above every threshold: they go to review."""
    return np.where(np.isnan(scores), np.inf, scores.astype(np.float64))


def _reaching(scores: Doubles, thresholds: Doubles) -> Codes:
    below = np.searchsorted(np.sort(scores), thresholds, side="left")
    return np.asarray(len(scores) - below, dtype=np.int64)


def _counts(scores: Floats, bins: int) -> Codes:
    known = scores[~np.isnan(scores)]
    return np.asarray(np.histogram(known, bins=bins, range=(0, 1))[0], dtype=np.int64)
