"""From labelled scores and a promise to thresholds that keep it, or an honest refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ensembles.bounds import Promise, proportion_interval, recall_bound
from ensembles.dial import Doubles, Scale, dial_scores
from ensembles.errors import SkysiftError
from ensembles.rules import Rule, at_least
from ensembles.score_table import NOBODY, ScoreTable

Method = Literal["one rule", "split", "delta / M"]

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
class Candidate:
    """A rule over some of the voters.

    Args:
        name: As people call it: `or`, `2-of-3`, or the name of the one voter.
        voters: Columns of the score table.
        rule: Over those columns, in that order.
    """

    name: str
    voters: tuple[int, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A rule with thresholds, and what it does on the frames that certify it.

    Args:
        candidate: The rule.
        dial: t in [0, 1].
        thresholds: One per voter of the candidate, in raw scores.
        positives: Objects that certify.
        misses: Those of them the gate would skip.
        bound: Lower confidence bound of the recall.
        frames: Frames over which the share kept is counted.
        kept: Those of them that go to review.
        share_low: Lower end of the exact interval of the share kept.
        share_high: Its upper end.
    """

    candidate: Candidate
    dial: float
    thresholds: tuple[float, ...]
    positives: int
    misses: int
    bound: float
    frames: int
    kept: int
    share_low: float
    share_high: float

    @property
    def share_kept(self) -> float:
        """Share of the frames that go to review, in [0, 1]."""
        return self.kept / self.frames if self.frames else 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was promised, chosen and paid.

    Args:
        promise: What was asked for.
        point: The rule that was chosen, and its thresholds.
        rivals: Every rule that was looked at, at its own point, on the same data.
        method: How the choice among rules was paid for.
        seed: Of the split; None when there was none.
    """

    promise: Promise
    point: OperatingPoint
    rivals: tuple[OperatingPoint, ...]
    method: Method
    seed: int | None = None


def all_candidates(voters: Sequence[str]) -> tuple[Candidate, ...]:
    """Return every single voter, then OR, each k-of-n and AND."""
    count = len(voters)
    singles = [Candidate(name, (column,), at_least(1, 1)) for column, name in enumerate(voters)]
    if count == 1:
        return tuple(singles)
    names = ["or", *(f"{needed}-of-{count}" for needed in range(2, count)), "and"]
    everybody = tuple(range(count))
    rules = [at_least(needed, count, name=name) for needed, name in enumerate(names, start=1)]
    return (*singles, *(Candidate(rule.name, everybody, rule) for rule in rules))


def calibrate(table: ScoreTable, candidate: Candidate, promise: Promise) -> Calibration:
    """Return the narrowest certified point of one rule fixed beforehand.

    The scale comes from negatives and the bound from positives, which are other frames.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
    """
    scales = scales_of(table, candidate)
    point = certified_point(table, candidate, scales, promise)
    return Calibration(promise, point, (point,), "one rule")


def calibrate_best(
    table: ScoreTable, candidates: Sequence[Candidate], promise: Promise, *, seed: int = 0
) -> Calibration:
    """Return the candidate that keeps the fewest frames, with the choice paid for once.

    From about 150 positives, half of the groups choose and the other half certify (Angelopoulos
    et al., "Learn then Test", arXiv 2110.01052, section 4: split fixed sequence testing).
    Below, or when there are no two groups to split, each candidate is certified at delta / M.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
    """
    chosen = chooses(table, seed=seed) if table.positives >= ENOUGH_TO_SPLIT else None
    if chosen is None:
        return _best_at_shared_delta(table, candidates, promise)
    choosing, certifying = table.take(chosen), table.take(~chosen)
    target = promise.allowed_misses(certifying.positives)
    if target is None:
        return _best_at_shared_delta(table, candidates, promise)
    wanted = round(target / certifying.positives * choosing.positives)
    trials = [
        _point(choosing, each, scales_of(choosing, each), promise, misses=wanted)
        for each in candidates
    ]
    winner = candidates[_narrowest(trials)]
    point = certified_point(certifying, winner, scales_of(choosing, winner), promise)
    return Calibration(promise, point, tuple(trials), "split", seed)


def chooses(table: ScoreTable, *, seed: int) -> npt.NDArray[np.bool_] | None:
    """Return which frames belong to the half that chooses, shape (n,); None without two groups.

    Whole groups move, in seeded random order, until half of the objects are on each side; the
    scores have no say in it.
    """
    names = np.unique(table.groups[table.groups != NOBODY])
    if names.size < 2 or (table.groups == NOBODY).any():
        return None
    order = np.random.default_rng(seed).permutation(names)
    counts = np.array([table.take(table.groups == group).positives for group in order])
    before = np.cumsum(counts) - counts / 2
    choosing = order[before < counts.sum() / 2]
    if not 0 < choosing.size < names.size:
        return None
    return np.isin(table.groups, choosing)


def scales_of(table: ScoreTable, candidate: Candidate) -> tuple[Scale, ...]:
    """Return the frozen map of each of the candidate's voters, from the table's negatives."""
    negatives = table.negatives().scores
    return tuple(Scale.from_negatives(negatives[:, column]) for column in candidate.voters)


def dial_of(table: ScoreTable, candidate: Candidate, scales: Sequence[Scale]) -> Doubles:
    """Return the candidate's dial score of every frame, shape (n,)."""
    columns = zip(candidate.voters, scales, strict=True)
    u = np.stack([scale.u(table.scores[:, column]) for column, scale in columns], axis=1)
    return dial_scores(u, candidate.rule)


def certified_point(
    table: ScoreTable, candidate: Candidate, scales: Sequence[Scale], promise: Promise
) -> OperatingPoint:
    """Return the point with the most misses that the promise allows on this table.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
    """
    allowed = promise.allowed_misses(table.positives)
    if allowed is None:
        raise TooFewPositivesError(promise, have=table.positives, need=promise.positives_needed())
    return _point(table, candidate, scales, promise, misses=allowed)


def _best_at_shared_delta(
    table: ScoreTable, candidates: Sequence[Candidate], promise: Promise
) -> Calibration:
    share = promise.shared_by(len(candidates))
    points = tuple(
        certified_point(table, each, scales_of(table, each), share) for each in candidates
    )
    return Calibration(promise, points[_narrowest(points)], points, "delta / M")


def _narrowest(points: Sequence[OperatingPoint]) -> int:
    return min(range(len(points)), key=lambda index: points[index].share_kept)


def _point(
    table: ScoreTable,
    candidate: Candidate,
    scales: Sequence[Scale],
    promise: Promise,
    *,
    misses: int,
) -> OperatingPoint:
    """Return the point whose dial is the score of the object after the last allowed miss."""
    dial = dial_of(table, candidate, scales)
    objects = np.sort(table.best_by_object(dial))
    t = float(objects[misses])
    missed = int((objects < t).sum())
    kept = int((dial >= t).sum())
    low, high = proportion_interval(kept, len(table), confidence=promise.confidence)
    return OperatingPoint(
        candidate=candidate,
        dial=t,
        thresholds=tuple(scale.threshold(t) for scale in scales),
        positives=len(objects),
        misses=missed,
        bound=recall_bound(missed, len(objects), confidence=promise.confidence),
        frames=len(table),
        kept=kept,
        share_low=low,
        share_high=high,
    )
