"""The numbers of one voter by itself, as the page's script reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ensembles.calibrate import Calibration
from ensembles.operating_points import path_thresholds
from ensembles.precision_recall import histogram, precision_recall, sweep
from ensembles.score_table import ScoreTable

BINS = 40
"""Of a histogram over [0, 1]."""


@dataclass(frozen=True, slots=True)
class VoterFigures:
    """One voter by itself.

    Args:
        name: Of the voter.
        used: Whether the calibrated rule asks it.
        threshold: At the calibrated dial.
        recalls: Of objects, per threshold of the sweep.
        precisions: Among labelled frames, per threshold of the sweep.
        mark: Recall and precision at the threshold; None when nothing is kept.
        positives: Frames with the target, per bin of the score.
        negatives: Frames without it, per bin.
        abstained: Frames without a score.
    """

    name: str
    used: bool
    threshold: float
    recalls: tuple[float, ...]
    precisions: tuple[float, ...]
    mark: tuple[float, float] | None
    positives: tuple[int, ...]
    negatives: tuple[int, ...]
    abstained: int


def voters_of(table: ScoreTable, calibration: Calibration) -> tuple[VoterFigures, ...]:
    """Return every voter by itself, in the order of the table."""
    thresholds = path_thresholds(table, calibration)
    used = calibration.point.candidate.voters
    return tuple(
        _voter(table, column, threshold, used=column in used)
        for column, threshold in enumerate(thresholds)
    )


def _voter(table: ScoreTable, column: int, threshold: float, *, used: bool) -> VoterFigures:
    marks = _recall_and_precision(table, column, [threshold])
    curve = _recall_and_precision(table, column, list(sweep(table, column)))
    spread = histogram(table, column, bins=BINS)
    return VoterFigures(
        name=table.voters[column],
        used=used,
        threshold=threshold,
        recalls=tuple(recall for recall, _ in curve),
        precisions=tuple(precision for _, precision in curve),
        mark=marks[0] if marks else None,
        positives=tuple(spread.positives.tolist()),
        negatives=tuple(spread.negatives.tolist()),
        abstained=spread.abstained,
    )


def _recall_and_precision(
    table: ScoreTable, column: int, thresholds: Sequence[float]
) -> list[tuple[float, float]]:
    curve = precision_recall(table, column, thresholds)
    return [
        (round(int(found) / curve.positives, 5), round(int(hits) / int(kept), 5))
        for found, hits, kept in zip(curve.found, curve.hits, curve.kept, strict=True)
        if kept
    ]
