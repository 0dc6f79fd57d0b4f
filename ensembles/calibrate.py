"""From labelled scores and a promise to thresholds that keep it, or an honest refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ensembles.bounds import Promise
from ensembles.candidates import Candidate
from ensembles.dial import Scale
from ensembles.errors import SkysiftError
from ensembles.point import OperatingPoint, point_at, scales_of
from ensembles.score_table import NOBODY, ScoreTable

Method = Literal["one rule", "split", "delta / M", "on average"]

ENOUGH_TO_SPLIT = 150
"""Positives from which choosing on one half costs less than sharing delta among the rules."""


class TooFewPositivesError(SkysiftError):
    """The promise cannot be certified with the positives there are.

    Args:
        have: Positive objects at hand for certifying.
        need: The least number that certifies when none of them is missed.
    """

    def __init__(self, promise: Promise, *, have: int, need: int, hint: str = "") -> None:
        self.have = have
        self.need = need
        super().__init__(
            f"recall {promise.recall:g} with confidence {promise.confidence:g} needs at least "
            f"{need} positives, even if none is missed; there are {have}: "
            f"label {need - have} more{hint}"
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was promised, chosen and paid.

    Args:
        promise: What was asked for.
        point: The rule that was chosen, and its thresholds.
        rivals: Every rule that was looked at, at its own point, on the same data.
        method: How the choice among rules was paid for.
        seed: Of the split; None when there was none.
        scales: Of the chosen rule's voters: with them the dial can be moved again.
    """

    promise: Promise
    point: OperatingPoint
    rivals: tuple[OperatingPoint, ...]
    method: Method
    seed: int | None = None
    scales: tuple[Scale, ...] = ()

    @property
    def paid(self) -> Promise:
        """The promise at the confidence that each rule looked at had to reach."""
        shared = self.method == "delta / M"
        return self.promise.shared_by(len(self.rivals)) if shared else self.promise


def calibrate(table: ScoreTable, candidate: Candidate, promise: Promise) -> Calibration:
    """Return the narrowest certified point of one rule fixed beforehand.

    The scale comes from negatives and the bound from positives, which are other frames.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
        ConfigError: A voter has no scores to make a scale from.
    """
    point, scales = _certified(table, candidate, promise)
    return Calibration(promise, point, (point,), "one rule", scales=scales)


def calibrate_best(
    table: ScoreTable, candidates: Sequence[Candidate], promise: Promise, *, seed: int = 0
) -> Calibration:
    """Return the candidate that keeps the fewest frames, with the choice paid for once.

    From about 150 positives, half of the groups choose and the other half certify (Angelopoulos
    et al., "Learn then Test", arXiv 2110.01052, section 4: split fixed sequence testing).
    Below, or when there are no two groups to split, each candidate is certified at delta / M.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
        ConfigError: A voter has no scores to make a scale from.
    """
    halves = split(table, seed=seed)
    if halves is None or promise.allowed_misses(halves[1].positives) is None:
        return _best_at_shared_delta(table, candidates, promise)
    choosing, certifying = halves
    allowed = promise.allowed_misses(certifying.positives) or 0
    wanted = round(allowed / certifying.positives * choosing.positives)
    scales = [scales_of(choosing, each) for each in candidates]
    trials = tuple(
        point_at(choosing, each, own, misses=wanted, confidence=promise.confidence)
        for each, own in zip(candidates, scales, strict=True)
    )
    chosen = _narrowest(trials)
    point = point_at(
        certifying,
        candidates[chosen],
        scales[chosen],
        misses=allowed,
        confidence=promise.confidence,
    )
    return Calibration(promise, point, trials, "split", seed, scales[chosen])


def split(table: ScoreTable, *, seed: int) -> tuple[ScoreTable, ScoreTable] | None:
    """Return the half that chooses and the half that certifies; None when it would not pay.

    It does not with few positives, without two groups, or when one side has no negatives.
    """
    chosen = chooses(table, seed=seed) if table.positives >= ENOUGH_TO_SPLIT else None
    if chosen is None:
        return None
    choosing, certifying = table.take(chosen), table.take(~chosen)
    both = choosing.positives and len(choosing.negatives()) and len(certifying.negatives())
    return (choosing, certifying) if both else None


def certifying_rows(table: ScoreTable, calibration: Calibration) -> npt.NDArray[np.bool_]:
    """Return which frames of the table certified the point, shape (n,)."""
    if calibration.seed is None:
        return np.ones(len(table), dtype=bool)
    chosen = chooses(table, seed=calibration.seed)
    return np.ones(len(table), dtype=bool) if chosen is None else ~chosen


def chooses(table: ScoreTable, *, seed: int) -> npt.NDArray[np.bool_] | None:
    """Return which frames belong to the half that chooses, shape (n,); None without two groups.

    Whole groups move, in seeded random order, until half of the objects are on each side; the
    scores have no say in it.
    """
    names, group = np.unique(table.groups, return_inverse=True)
    if names.size < 2 or NOBODY in names:
        return None
    rows, objects = table.sightings()
    shown = np.unique(np.stack([group[rows], objects]), axis=1)
    order = np.random.default_rng(seed).permutation(names.size)
    counts = np.bincount(shown[0], minlength=names.size)[order]
    before = np.cumsum(counts) - counts / 2
    choosing = order[before < counts.sum() / 2]
    if not 0 < choosing.size < names.size:
        return None
    return np.isin(group, choosing)


def _certified(
    table: ScoreTable, candidate: Candidate, promise: Promise
) -> tuple[OperatingPoint, tuple[Scale, ...]]:
    allowed = _allowed_misses(table, promise)
    scales = scales_of(table, candidate)
    point = point_at(table, candidate, scales, misses=allowed, confidence=promise.confidence)
    return point, scales


def _allowed_misses(table: ScoreTable, promise: Promise, *, hint: str = "") -> int:
    """Return how many objects may be missed; raises `TooFewPositivesError`."""
    allowed = promise.allowed_misses(table.positives)
    if allowed is None:
        need = promise.positives_needed()
        raise TooFewPositivesError(promise, have=table.positives, need=need, hint=hint)
    return allowed


def _best_at_shared_delta(
    table: ScoreTable, candidates: Sequence[Candidate], promise: Promise
) -> Calibration:
    share = promise.shared_by(len(candidates))
    hint = (
        f" (the best of {len(candidates)} rules is paid for with a confidence of "
        f"{share.confidence:.4g} for each; one rule chosen beforehand needs "
        f"{promise.positives_needed()})"
    )
    _allowed_misses(table, share, hint=hint)
    certified = [_certified(table, each, share) for each in candidates]
    points = tuple(point for point, _ in certified)
    chosen = _narrowest(points)
    return Calibration(promise, points[chosen], points, "delta / M", scales=certified[chosen][1])


def _narrowest(points: Sequence[OperatingPoint]) -> int:
    return min(range(len(points)), key=lambda index: points[index].share_kept)
