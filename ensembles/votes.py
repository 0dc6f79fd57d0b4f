"""Votes, the ballots a rule settles, and the verdict they end in."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

from ensembles.reasons import Reason
from ensembles.voter import Floats

Decision = Literal["review", "skip"]


Said = Literal["yes", "no", "surely_no", "abstained"]
"""What a vote says, in words."""


class Answer(IntEnum):
    """What one voter says to one view."""

    SURELY_NO = -1
    NO = 0
    YES = 1
    ABSTAINED = 2
    UNASKED = 3


Answers = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the frame's own pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Vote:
    """A score held against its threshold: yes iff score >= threshold.

    Args:
        voter: Name of the voter in the ensemble.
        score: In [0, 1]; None when the voter abstained.
        threshold: In [0, 1].
        reason: Why the voter abstained; None when it did not.
        floor: Below it there is surely nothing, whatever others say; at most `threshold`. None
            for a voter that may not end a view by itself.
    """

    voter: str
    score: float | None
    threshold: float
    reason: Reason | None = None
    floor: float | None = None

    @property
    def answer(self) -> Said:
        """What the vote says."""
        if self.score is None:
            return "abstained"
        if self.floor is not None and self.score < self.floor:
            return "surely_no"
        return "yes" if self.score >= self.threshold else "no"


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """What every voter says to every view, as far as it was asked.

    Args:
        answers: int8 `Answer` codes, shape (n, voters), voters in the rule's order.
    """

    answers: Answers

    @property
    def yes(self) -> npt.NDArray[np.bool_]:
        """Who said yes, shape (n, voters)."""
        return np.equal(self.answers, Answer.YES)

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        """Who could still say yes, shape (n, voters): an abstention is never a no."""
        return np.greater_equal(self.answers, Answer.ABSTAINED)

    @property
    def surely_no(self) -> npt.NDArray[np.bool_]:
        """Who said that there is surely nothing, shape (n, voters)."""
        return np.equal(self.answers, Answer.SURELY_NO)


def answers_of(scores: Floats, threshold: float, floor: float | None = None) -> Answers:
    """Return the `Answer` code of each score, in the shape of `scores`; NaN abstains.

    The comparisons are made in float64, so that they agree with `Vote.answer`.
    """
    exact = scores.astype(np.float64)
    answers = (exact >= threshold).astype(np.int8)
    if floor is not None:
        answers[exact < floor] = Answer.SURELY_NO
    answers[np.isnan(scores)] = Answer.ABSTAINED
    return answers


@dataclass(frozen=True, slots=True)
class Look:
    """What the voters said of one view.

    Args:
        box: Where it lies in the frame.
        votes: In the order of the ensemble's voters.
    """

    box: Box
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a person must look at a frame, and why.

    Args:
        decision: `review` or `skip`.
        settled: False when abstentions left the rule open; the decision is then `review`.
        votes: In the order of the ensemble's voters, of the view that decided; on a `skip`, where
            every view had to be a no, of the one that came nearest to a yes.
        skipped: Voters that were not asked about it because the others had settled it.
        reasons: What went wrong on the way, without repetition; empty on a plain decision.
        view: The part of the frame that the votes speak of; None when it was the whole frame, or
            when the voters that look at whole frames settled it by themselves.
        full_ballot: Whether every voter was asked regardless of need, about every view.
        looks: Of a full ballot over tiles, what was said of each; empty otherwise.
    """

    decision: Decision
    settled: bool = True
    votes: tuple[Vote, ...] = ()
    skipped: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    view: Box | None = None
    full_ballot: bool = False
    looks: tuple[Look, ...] = ()

    @classmethod
    def unjudged(cls, reason: Reason) -> "Verdict":
        """Return the verdict on a frame that never reached a voter: a person must look."""
        return cls("review", settled=False, reasons=(reason,))
