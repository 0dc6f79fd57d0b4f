"""From labelled scores and a promise to thresholds that keep it, or an honest refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ensembles.bounds import Promise
from ensembles.candidates import Candidate
from ensembles.dial import Scale
from ensembles.errors import ConfigError, SkysiftError
from ensembles.point import OperatingPoint, point_at, scales_of
from ensembles.score_table import NOBODY, ScoreTable

Method = Literal["one rule", "split", "delta / M", "on average"]

Payment = Literal["split", "delta / M"]
"""How a choice among several rules can be paid for."""

ENOUGH_TO_SPLIT = 150
"""Positives from which half of them can certify anything worth having."""


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
    table: ScoreTable,
    candidates: Sequence[Candidate],
    promise: Promise,
    *,
    seed: int = 0,
    payment: Payment | None = None,
) -> Calibration:
    """Return the candidate that keeps the fewest frames, with the choice paid for once.

    Either half of the groups choose and the other half certify (Angelopoulos et al., "Learn then
    Test", arXiv 2110.01052, section 4: split fixed sequence testing), or each candidate is
    certified at delta / M on everything (Bonferroni).

    Args:
        table: Labelled scores.
        candidates: To choose among.
        promise: To be kept.
        seed: Of the split.
        payment: None takes what allows the larger share of misses. Only numbers of objects
            decide that, so the promise is none the worse for it.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
        ConfigError: A voter has no scores to make a scale from, or the split that was asked for
            is impossible.
    """
    halves = None if payment == "delta / M" else split(table, seed=seed)
    if halves is None and payment == "split":
        raise ConfigError(
            f"a split needs {ENOUGH_TO_SPLIT} positives and two groups, with negatives on both "
            f"sides; there are {table.positives} positives"
        )
    if halves is not None:
        by_split = _share_allowed(promise, halves[1].positives)
        shared = _share_allowed(promise.shared_by(len(candidates)), table.positives)
        if payment == "split" or by_split > shared:
            return _best_by_split(*halves, candidates, promise, seed=seed)
    return _best_at_shared_delta(table, candidates, promise)


def _share_allowed(promise: Promise, positives: int) -> float:
    """Return the share of so many objects that may be missed; below 0 when none certifies."""
    allowed = promise.allowed_misses(positives)
    return -1.0 if allowed is None else allowed / positives


def _best_by_split(
    choosing: ScoreTable,
    certifying: ScoreTable,
    candidates: Sequence[Candidate],
    promise: Promise,
    *,
    seed: int,
) -> Calibration:
    allowed = _allowed_misses(certifying, candidates, promise, hint=" to the half that certifies")
    wanted = round(allowed / certifying.positives * choosing.positives)
    wanted = max(wanted, _dearest(candidates))
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
    allowed = _allowed_misses(table, [candidate], promise)
    scales = scales_of(table, candidate)
    point = point_at(table, candidate, scales, misses=allowed, confidence=promise.confidence)
    return point, scales


def _allowed_misses(
    table: ScoreTable, candidates: Sequence[Candidate], promise: Promise, *, hint: str = ""
) -> int:
    """Return how many objects may be missed; raises `TooFewPositivesError`."""
    allowed = promise.allowed_misses(table.positives)
    price = _dearest(candidates)
    if allowed is None or allowed < price:
        need = promise.positives_needed(price)
        why = f" (a floor costs one miss){hint}" if price else hint
        raise TooFewPositivesError(promise, have=table.positives, need=need, hint=why)
    return allowed


def _dearest(candidates: Sequence[Candidate]) -> int:
    """Return what the floor of any of the candidates costs, in misses."""
    return max(len(each.rule.gatekeepers) for each in candidates)


def _best_at_shared_delta(
    table: ScoreTable, candidates: Sequence[Candidate], promise: Promise
) -> Calibration:
    share = promise.shared_by(len(candidates))
    hint = (
        f" (the best of {len(candidates)} rules is paid for with a confidence of "
        f"{share.confidence:.4g} for each; one rule chosen beforehand needs "
        f"{promise.positives_needed()})"
    )
    _allowed_misses(table, candidates, share, hint=hint)
    certified = [_certified(table, each, share) for each in candidates]
    points = tuple(point for point, _ in certified)
    chosen = _narrowest(points)
    return Calibration(promise, points[chosen], points, "delta / M", scales=certified[chosen][1])


def _narrowest(points: Sequence[OperatingPoint]) -> int:
    return min(range(len(points)), key=lambda index: points[index].share_kept)
