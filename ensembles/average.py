"""A weaker promise from fewer positives: a recall that holds on average, not guaranteed.

Conformal risk control (Angelopoulos, Bates, Fisch, Lei & Schuster, arXiv 2208.02814) for the
share of missed objects: with k misses among n objects, k + 1 <= (1 - R) (n + 1) keeps the
expected recall, over calibrations and new objects, at R or more. A single calibration falls below
R with a probability of .37 to .48 (measured), so no certificate is written for it.
"""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ensembles.bounds import Promise
from ensembles.calibrate import Calibration
from ensembles.candidates import Candidate
from ensembles.errors import SkysiftError
from ensembles.point import point_at, scales_of
from ensembles.score_table import ScoreTable


def allowed_on_average(positives: int, *, recall: float) -> int | None:
    """Return the most misses with k + 1 <= (1 - R) (n + 1); None when zero are too many.

    R is taken as the decimal it is written as, so that no float moves the border.
    """
    allowed = floor(_share_missed(recall) * (positives + 1)) - 1
    return allowed if allowed >= 0 else None


def needed_on_average(recall: float) -> int:
    """Return the least number of positives with which zero misses will do."""
    return ceil(1 / _share_missed(recall)) - 1


def calibrate_on_average(table: ScoreTable, candidate: Candidate, promise: Promise) -> Calibration:
    """Return the narrowest point of one rule fixed beforehand whose expected recall is R.

    Args:
        table: Labelled scores.
        candidate: Fixed beforehand: the best of several would not keep even this.
        promise: Its confidence is only that of the bound, which lies below R.

    Raises:
        SkysiftError: Not even zero misses would do.
        ConfigError: A voter has no scores to make a scale from.
    """
    allowed = allowed_on_average(table.positives, recall=promise.recall)
    if allowed is None:
        need = needed_on_average(promise.recall)
        raise SkysiftError(
            f"recall {promise.recall:g} on average needs at least {need} positives, even if none "
            f"is missed; there are {table.positives}: label {need - table.positives} more"
        )
    scales = scales_of(table, candidate)
    point = point_at(table, candidate, scales, misses=allowed, confidence=promise.confidence)
    return Calibration(promise, point, (point,), "on average", scales=scales)


def _share_missed(recall: float) -> Fraction:
    return 1 - Fraction(Decimal(str(recall)))
