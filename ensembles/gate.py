"""The gate: voters in order, plus a rule; frames in, verdicts out."""

from collections.abc import Sequence
from hashlib import blake2b
from time import perf_counter
from typing import Generic

import numpy as np

from ensembles.asking import Asking, AsListed
from ensembles.returns import Returns
from ensembles.rules import Settles
from ensembles.seat import FrameT, Seat
from ensembles.sheet import Bools, Rows, Sheet
from ensembles.views import Cut, whole
from ensembles.voter import Reading, ask
from ensembles.votes import Answer, Verdict


class Gate(Generic[FrameT]):
    """Asks the next voter only about what is still undecided.

    The rule settles every view of a frame by itself. A frame is `review` if one of its views is,
    and further views of it are then not looked at.

    Args:
        seats: The voters, in the order of the file.
        rule: Settles ballots whose columns are the seats.
        full_ballots: Share of frames, in [0, 1], on which every voter is asked about every view:
            the unbiased sample for drift, disagreement and costs. Chosen by a hash of the
            frame's id, so that every worker and every run chooses the same.
        cut: Returns the views of a frame; by default the frame itself is the only one.
        views_at_once: Views that are put to the voters together; None for all of them.
        asking: Which of the voters is asked first; None: as they are listed.
    """

    def __init__(
        self,
        seats: Sequence[Seat[FrameT]],
        rule: Settles,
        *,
        full_ballots: float = 0.02,
        cut: Cut[FrameT] = whole,
        views_at_once: int | None = None,
        asking: Asking | None = None,
    ) -> None:
        self.seats = tuple(seats)
        self.rule = rule
        self.full_ballots = full_ballots
        self.cut = cut
        self.views_at_once = views_at_once
        self.asking = asking or AsListed(len(self.seats))

    def around(self, *, rule: Settles, asking: Asking) -> "Gate[FrameT]":
        """Return the same gate with something around its rule and its asking, such as a clock."""
        return Gate(
            self.seats,
            rule,
            full_ballots=self.full_ballots,
            cut=self.cut,
            views_at_once=self.views_at_once,
            asking=asking,
        )

    @property
    def asked_first(self) -> tuple[str, ...]:
        """The voters' names, the first to be asked first, as it is now."""
        return tuple(self.seats[column].name for column in self.asking.columns)

    def judge(self, frames: Sequence[FrameT], *, ask_all: bool = False) -> list[Verdict]:
        """Return one verdict per frame, in their order.

        Args:
            frames: May be empty.
            ask_all: Ask every voter about every view of every frame. The decisions are the same.
        """
        drawn = np.array([self._is_full_ballot(frame.id) for frame in frames], dtype=bool)
        full = drawn | ask_all
        sheet = Sheet.blank([self.cut(frame) for frame in frames], len(self.seats))
        waiting = sheet.first_views_first()
        most = self.views_at_once or len(waiting)
        while waiting.size:
            group, waiting = waiting[:most], waiting[most:]
            self._put_to_seats(frames, sheet, group, full)
            waiting = waiting[(full | ~sheet.decided)[sheet.frame_of[waiting]]]
        self._learn(sheet, drawn)
        return Returns(self.seats, self.rule, sheet).verdicts(frames, full)

    def _is_full_ballot(self, frame_id: str) -> bool:
        return share_of(frame_id) < self.full_ballots

    def _learn(self, sheet: Sheet[FrameT], drawn: Bools) -> None:
        """Learn from the frames that chance drew; those somebody asked about are no sample."""
        if drawn.any():
            rows = np.flatnonzero(drawn[sheet.frame_of])
            self.asking.learn(sheet.answers[rows], sheet.frame_of[rows])

    def _put_to_seats(
        self, frames: Sequence[FrameT], sheet: Sheet[FrameT], group: Rows, full: Bools
    ) -> None:
        """Ask one seat after the other about the views that are not settled without it."""
        for column in self.asking.columns:
            seat = self.seats[column]
            sheet.settle(group, self.rule)
            asked = group[full[sheet.frame_of[group]] | sheet.is_open(group)]
            if not asked.size:
                break
            if seat.whole:
                self._ask_about_frames(frames, sheet, column, asked)
            else:
                reading = self._read(column, [sheet.views[row].shown for row in asked])
                sheet.enter(column, reading, seat, rows=asked, said=np.arange(len(asked)))
        else:
            sheet.settle(group, self.rule)
        sheet.close(group)

    def _ask_about_frames(
        self, frames: Sequence[FrameT], sheet: Sheet[FrameT], column: int, asked: Rows
    ) -> None:
        """Ask once per frame; what is said holds for all views of it, also those to come."""
        unasked = asked[sheet.answers[asked, column] == Answer.UNASKED]
        numbers = np.unique(sheet.frame_of[unasked])
        if not numbers.size:
            return
        seat = self.seats[column]
        reading = self._read(column, [frames[number] for number in numbers])
        rows = np.flatnonzero(np.isin(sheet.frame_of, numbers))
        said = np.searchsorted(numbers, sheet.frame_of[rows])
        sheet.enter(column, reading, seat, rows=rows, said=said)

    def _read(self, column: int, views: Sequence[FrameT]) -> Reading:
        started = perf_counter()
        reading = ask(self.seats[column].voter, views)
        self.asking.timed(column, views=len(views), seconds=perf_counter() - started)
        return reading


def share_of(frame_id: str) -> float:
    """Return where the frame falls in [0, 1): uniform over ids, the same everywhere."""
    return int.from_bytes(blake2b(frame_id.encode(), digest_size=8).digest()) / 2**64
