"""A rule with thresholds, and what it does on labelled frames."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ensembles.bounds import proportion_interval, recall_bound
from ensembles.candidates import Candidate
from ensembles.dial import Doubles, Scale, dial_scores
from ensembles.early_no import ENDED, Floors, floors_at, miss_budget, passed
from ensembles.errors import ConfigError
from ensembles.score_table import ScoreTable


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A rule with thresholds, and what it does on the frames that certify it.

    Args:
        candidate: The rule.
        dial: t in [0, 1].
        thresholds: One per voter of the candidate, in raw scores.
        floors: The same for the scores below which there is surely nothing; None without one.
        positives: Objects that certify.
        misses: Those of them the gate would skip.
        charged: Misses that the bound counts: a floor costs one more than is seen.
        bound: Lower confidence bound of the recall.
        frames: Frames over which the share kept is counted.
        kept: Those of them that go to review.
        share_low: Lower end of the exact interval of the share kept.
        share_high: Its upper end.
    """

    candidate: Candidate
    dial: float
    thresholds: tuple[float, ...]
    floors: Floors
    positives: int
    misses: int
    charged: int
    bound: float
    frames: int
    kept: int
    share_low: float
    share_high: float

    @property
    def share_kept(self) -> float:
        """Share of the frames that go to review, in [0, 1]."""
        return self.kept / self.frames if self.frames else 1.0

    def thresholds_of(self, voters: Sequence[str]) -> dict[str, float]:
        """Return the threshold of each voter of the rule, by name and in the rule's order.

        Args:
            voters: Names of all columns of the score table.
        """
        names = (voters[column] for column in self.candidate.voters)
        return dict(zip(names, self.thresholds, strict=True))

    def floors_of(self, voters: Sequence[str]) -> dict[str, float]:
        """Return the floor of each gatekeeper, by name; empty without any.

        Args:
            voters: Names of all columns of the score table.
        """
        pairs = zip(self.candidate.voters, self.floors, strict=True)
        return {voters[column]: floor for column, floor in pairs if floor is not None}


def scales_of(table: ScoreTable, candidate: Candidate) -> tuple[Scale, ...]:
    """Return the frozen map of each of the candidate's voters, from the table's negatives.

    Raises:
        ConfigError: A voter has no score on any negative or unlabelled frame.
    """
    negatives = table.negatives().scores
    silent = [
        f"score_{table.voters[column]}: no frame that is labelled 0 or not labelled has a score; "
        "the scale of a voter comes from those"
        for column in candidate.voters
        if np.isnan(negatives[:, column]).all()
    ]
    if silent:
        raise ConfigError(silent)
    return tuple(Scale.from_negatives(negatives[:, column]) for column in candidate.voters)


def dial_of(
    table: ScoreTable,
    candidate: Candidate,
    scales: Sequence[Scale],
    floors: Floors | None = None,
) -> Doubles:
    """Return the candidate's dial score of every frame, shape (n,): negative below a floor.

    Args:
        table: n frames.
        candidate: The rule.
        scales: Of its voters.
        floors: Of its voters; None where there are none.
    """
    columns = zip(candidate.voters, scales, strict=True)
    u = np.stack([scale.u(table.scores[:, column]) for column, scale in columns], axis=1)
    dial = dial_scores(u, candidate.rule)
    return dial if floors is None else dial + ENDED * ~passed(table, candidate, floors)


def point_at(
    table: ScoreTable,
    candidate: Candidate,
    scales: Sequence[Scale],
    *,
    misses: int,
    confidence: float,
) -> OperatingPoint:
    """Return the point whose dial is the score of the object after the last allowed miss.

    Args:
        table: At least `misses` + 1 objects.
        candidate: The rule.
        scales: Of its voters.
        misses: Objects that may be missed, one of them spent on a floor if there is one; ties
            and saturated scores may spare some.
        confidence: Of the bound and the interval.
    """
    budget = miss_budget(misses, candidate)
    floors = floors_at(table, candidate, budget.floor)
    dial = dial_of(table, candidate, scales, floors)
    objects = np.sort(table.best_by_object(dial))
    ended = int((objects < 0).sum())
    t = float(objects[ended + budget.dial])
    missed = int((objects < t).sum())
    charged = replace(budget, dial=missed - ended).charged
    kept = int((dial >= t).sum())
    low, high = proportion_interval(kept, len(table), confidence=confidence)
    return OperatingPoint(
        candidate=candidate,
        dial=t,
        thresholds=_thresholds(scales, t, floors),
        floors=floors,
        positives=len(objects),
        misses=missed,
        charged=charged,
        bound=recall_bound(charged, len(objects), confidence=confidence),
        frames=len(table),
        kept=kept,
        share_low=low,
        share_high=high,
    )


def _thresholds(scales: Sequence[Scale], t: float, floors: Floors) -> tuple[float, ...]:
    """Return the raw thresholds at t, none below its floor: no score between them gets that far."""
    pairs = zip(scales, floors, strict=True)
    return tuple(max(scale.threshold(t), floor or 0.0) for scale, floor in pairs)
