"""The sheet a judgement fills in: one row per view of its frames, one column per seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np
import numpy.typing as npt

from ensembles.reasons import Reason
from ensembles.rules import Settled, Settles
from ensembles.seat import FrameT, Seat
from ensembles.views import View
from ensembles.voter import Floats, Reading
from ensembles.votes import Answer, Answers, Ballots, answers_of

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

STANDING = np.array([2, 0, 1])
"""How near to `review` each `Settled` code is: yes first, then left open, then no."""


@dataclass(slots=True, eq=False)
class Sheet(Generic[FrameT]):
    """Everything said so far of the n views of m frames.

    Args:
        views: In the order of their frames.
        frame_of: Which frame each view belongs to, shape (n,), rising.
        answers: `Answer` codes, shape (n, seats).
        scores: Shape (n, seats); NaN where there is none.
        reasons: Per view, why a seat abstained.
        settled: `Settled` codes, shape (n,).
        decided: Which frames need no further view, because one is a yes or left open, shape (m,).
    """

    views: list[View[FrameT]]
    frame_of: Rows
    answers: Answers
    scores: Floats
    reasons: list[dict[int, Reason]]
    settled: npt.NDArray[np.int8]
    decided: Bools

    @classmethod
    def blank(cls, views_of: Sequence[Sequence[View[FrameT]]], seats: int) -> "Sheet[FrameT]":
        """Return a sheet on which nobody has said anything of these frames' views."""
        views = [view for own in views_of for view in own]
        return cls(
            views=views,
            frame_of=np.repeat(np.arange(len(views_of)), [len(own) for own in views_of]),
            answers=np.full((len(views), seats), Answer.UNASKED, dtype=np.int8),
            scores=np.full((len(views), seats), np.nan, dtype=np.float32),
            reasons=[{} for _ in views],
            settled=np.full(len(views), Settled.NOT_YET, dtype=np.int8),
            decided=np.zeros(len(views_of), dtype=bool),
        )

    def first_views_first(self) -> Rows:
        """Return all rows, the first view of every frame before any second one."""
        starts = np.searchsorted(self.frame_of, self.frame_of)
        return np.argsort(np.arange(len(self.views)) - starts, kind="stable")

    def rows_of(self, frame: int) -> range:
        """Return the rows of one frame."""
        start, end = np.searchsorted(self.frame_of, [frame, frame + 1])
        return range(int(start), int(end))

    def enter(
        self, column: int, reading: Reading, seat: Seat[FrameT], *, rows: Rows, said: Rows
    ) -> None:
        """Write down what one seat said.

        Args:
            column: Of the seat.
            reading: What it returned.
            seat: Knows from which score it says yes, and below which it is sure of nothing.
            rows: The views it speaks of.
            said: Per row, which score of the reading is meant.
        """
        scores = reading.scores[said]
        self.scores[rows, column] = scores
        self.answers[rows, column] = answers_of(scores, seat.threshold, seat.floor)
        for row, index in zip(rows, said, strict=True):
            if reason := reading.reason(int(index)):
                self.reasons[row][column] = reason

    def settle(self, rows: Rows, rule: Settles) -> None:
        """Let the rule look at these rows; a yes decides the frame."""
        self.settled[rows] = rule.settle(Ballots(self.answers[rows]))
        self.decided[self.frame_of[rows[self.settled[rows] == Settled.YES]]] = True

    def is_open(self, rows: Rows) -> Bools:
        """Return which of these rows could still change what becomes of their frame."""
        undecided = ~self.decided[self.frame_of[rows]]
        return np.equal(self.settled[rows], Settled.NOT_YET) & undecided

    def close(self, rows: Rows) -> None:
        """Take note that every seat was asked about these rows: an open one sends to review."""
        self.decided[self.frame_of[rows[self.is_open(rows)]]] = True

    def nearest_to_review(self, margins: npt.NDArray[np.float64]) -> Rows:
        """Return one row per frame: the view that decided, or came nearest to it.

        Args:
            margins: How far each view's scores lie above their thresholds, shape (n,).
        """
        # Views are looked at in the order of their rows, so of equal ones the first was.
        order = np.lexsort((-margins, STANDING[self.settled], self.frame_of))
        _, firsts = np.unique(self.frame_of[order], return_index=True)
        return order[firsts]
