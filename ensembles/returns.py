"""The returns of a judgement: from a filled-in sheet to one verdict per frame."""

from collections.abc import Sequence
from typing import Generic

import numpy as np
import numpy.typing as npt

from ensembles.reasons import Reason
from ensembles.rules import Settled, Settles
from ensembles.seat import FrameT, Seat
from ensembles.sheet import Bools, Rows, Sheet
from ensembles.votes import Answer, Ballots, Box, Decision, Look, Verdict, Vote


class Returns(Generic[FrameT]):
    """Reads verdicts off a sheet.

    Args:
        seats: The columns of the sheet.
        rule: That settled its rows.
        sheet: Filled in.
    """

    def __init__(self, seats: Sequence[Seat[FrameT]], rule: Settles, sheet: Sheet[FrameT]) -> None:
        self._seats = seats
        self._rule = rule
        self._sheet = sheet

    def verdicts(self, frames: Sequence[FrameT], full: Bools) -> list[Verdict]:
        """Return one verdict per frame, in their order.

        Args:
            frames: Whose views are the rows.
            full: On which of them everyone was asked, shape (m,).
        """
        deciding = self._sheet.nearest_to_review(self._margins())
        boxes = self._boxes(deciding)
        return [
            self._verdict(frame, int(deciding[index]), boxes[index], full=bool(full[index]))
            for index, frame in enumerate(frames)
        ]

    def _margins(self) -> npt.NDArray[np.float64]:
        """Return the most by which a score of each view passes its threshold, shape (n,).

        Seats that read whole frames say the same of all views, so they do not count.
        """
        columns = [column for column, seat in enumerate(self._seats) if not seat.whole]
        thresholds = np.array([self._seats[column].threshold for column in columns])
        margins = self._sheet.scores[:, columns].astype(np.float64) - thresholds
        most = np.where(np.isnan(margins), -np.inf, margins).max(axis=1, initial=-np.inf)
        return np.asarray(most, dtype=np.float64)

    def _boxes(self, deciding: Rows) -> list[Box | None]:
        """Return where the deciding views lie; None where whole frames settle it alone."""
        boxes = [self._sheet.views[row].box for row in deciding]
        if not any(seat.whole for seat in self._seats):
            return boxes
        answers = self._sheet.answers[deciding]
        answers[:, [not seat.whole for seat in self._seats]] = Answer.UNASKED
        alone = self._rule.settle(Ballots(answers)) != Settled.NOT_YET
        return [None if settled else box for box, settled in zip(boxes, alone, strict=True)]

    def _verdict(self, frame: FrameT, row: int, box: Box | None, *, full: bool) -> Verdict:
        votes = self._votes(row)
        settled = Settled(self._sheet.settled[row])
        voted = {vote.voter for vote in votes}
        abstained = (vote.reason for vote in votes if vote.reason)
        return Verdict(
            decision=_decision(settled, frame.doubts),
            settled=settled != Settled.NOT_YET,
            votes=votes,
            skipped=tuple(seat.name for seat in self._seats if seat.name not in voted),
            reasons=tuple(dict.fromkeys([*frame.doubts, *abstained])),
            view=box,
            full_ballot=full,
            looks=self._looks(int(self._sheet.frame_of[row])) if full else (),
        )

    def _votes(self, row: int) -> tuple[Vote, ...]:
        sheet = self._sheet
        return tuple(
            Vote(
                seat.name,
                None if np.isnan(score) else float(score),
                seat.threshold,
                sheet.reasons[row].get(column),
                seat.floor,
            )
            for column, (seat, score) in enumerate(zip(self._seats, sheet.scores[row], strict=True))
            if sheet.answers[row, column] != Answer.UNASKED
        )

    def _looks(self, frame: int) -> tuple[Look, ...]:
        boxes = [(row, self._sheet.views[row].box) for row in self._sheet.rows_of(frame)]
        return tuple(Look(box, self._votes(row)) for row, box in boxes if box)


def _decision(settled: Settled, doubts: tuple[Reason, ...]) -> Decision:
    return "skip" if settled == Settled.NO and not doubts else "review"
