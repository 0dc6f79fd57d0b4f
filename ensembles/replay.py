"""What a rule would have decided on frames whose scores are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ensembles.bounds import proportion_interval
from ensembles.config import EnsembleConfig
from ensembles.point import OperatingPoint
from ensembles.rules import Settled, Settles
from ensembles.score_table import NEGATIVE, POSITIVE, ScoreTable
from ensembles.votes import Ballots, answers_of

Bools = npt.NDArray[np.bool_]

NO_FLOORS: Mapping[str, float] = MappingProxyType({})

SECONDS_PER_FRAME = 2.0
"""What one frame costs the person who looks at it, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of whole numbers, with its exact two-sided Clopper-Pearson interval.

    Args:
        successes: At most `trials`.
        trials: 0 when there was nothing to count; the share is then unknown.
        confidence: Of the interval.
    """

    successes: int
    trials: int
    confidence: float = 0.95

    @property
    def share(self) -> float | None:
        """Successes per trial, or None without trials."""
        return self.successes / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound, in [0, 1]."""
        return proportion_interval(self.successes, self.trials, confidence=self.confidence)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate does to a score table.

    Args:
        kept: Frames that go to review, of all frames.
        recall: Objects of which a frame is kept, of all objects.
        precision: Positive frames among the labelled frames that are kept.
        review_hours: For a person to look at every kept frame.
    """

    kept: Proportion
    recall: Proportion
    precision: Proportion
    review_hours: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What one gate keeps and another does not.

    Args:
        gained: Frames kept now and skipped before.
        lost: Frames skipped now and kept before.
        objects_gained: Objects found now and missed before.
        objects_lost: Objects missed now and found before.
    """

    gained: Proportion
    lost: Proportion
    objects_gained: Proportion
    objects_lost: Proportion


def kept_by(
    table: ScoreTable,
    thresholds: Mapping[str, float],
    rule: Settles,
    floors: Mapping[str, float] = NO_FLOORS,
) -> Bools:
    """Return which frames go to review, shape (n,): all that the rule does not settle as no.

    Args:
        table: Full ballots.
        thresholds: Of the rule's voters, in the rule's order.
        rule: As in the ensemble.
        floors: Of the rule's gatekeepers.

    Raises:
        ConfigError: The table has no scores of a voter.
    """
    scores = table.of_voters(tuple(thresholds)).scores
    answers = np.empty(scores.shape, dtype=np.int8)
    for column, (name, threshold) in enumerate(thresholds.items()):
        answers[:, column] = answers_of(scores[:, column], threshold, floors.get(name))
    return np.not_equal(rule.settle(Ballots(answers)), Settled.NO)


def kept_by_ensemble(table: ScoreTable, config: EnsembleConfig) -> Bools:
    """Return which frames the ensemble's rule, thresholds and floors send to review, shape (n,)."""
    thresholds = {voter.name: voter.threshold for voter in config.voters}
    floors = {voter.name: voter.floor for voter in config.voters if voter.floor is not None}
    return kept_by(table, thresholds, config.rule, floors)


def kept_at(table: ScoreTable, point: OperatingPoint) -> Bools:
    """Return which frames go to review at an operating point, shape (n,)."""
    voters = table.voters
    rule = point.candidate.rule
    return kept_by(table, point.thresholds_of(voters), rule, point.floors_of(voters))


def outcome_of(
    table: ScoreTable, kept: Bools, *, seconds_per_frame: float = SECONDS_PER_FRAME
) -> Outcome:
    """Return what keeping these frames means.

    Args:
        table: n frames.
        kept: Shape (n,).
        seconds_per_frame: What a look at one frame costs a person.
    """
    known = (table.labels == POSITIVE) | (table.labels == NEGATIVE)
    hits = kept & (table.labels == POSITIVE)
    frames = int(kept.sum())
    return Outcome(
        kept=Proportion(frames, len(table)),
        recall=Proportion(int(objects_found(table, kept).sum()), table.positives),
        precision=Proportion(int(hits.sum()), int((kept & known).sum())),
        review_hours=frames * seconds_per_frame / 3600,
    )


def objects_found(table: ScoreTable, kept: Bools) -> Bools:
    """Return which objects have a kept frame, shape (positives,), in the order of their codes."""
    return table.best_by_object(kept.astype(np.float64)) > 0


def difference(table: ScoreTable, now: Bools, before: Bools) -> Difference:
    """Return what changes for people when one gate replaces another."""
    found_now, found_before = objects_found(table, now), objects_found(table, before)
    return Difference(
        gained=Proportion(int((now & ~before).sum()), len(table)),
        lost=Proportion(int((before & ~now).sum()), len(table)),
        objects_gained=Proportion(int((found_now & ~found_before).sum()), table.positives),
        objects_lost=Proportion(int((found_before & ~found_now).sum()), table.positives),
    )
