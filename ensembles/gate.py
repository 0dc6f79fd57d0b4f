"""The gate: voters in order, plus a rule; frames in, verdicts out."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ensembles.reasons import Reason
from ensembles.rules import Settled, Settles
from ensembles.voter import Floats, Voter, ask
from ensembles.votes import Answer, Answers, Ballots, Decision, Verdict, Vote, answers_of

Bools = npt.NDArray[np.bool_]


class Judgeable(Protocol):
    """What the gate needs to know of a frame."""

    @property
    def id(self) -> str:
        """The same for the same picture, on every machine."""
        ...

    @property
    def doubts(self) -> tuple[Reason, ...]:
        """Why no vote may skip this frame; empty when one may."""
        ...


FrameT = TypeVar("FrameT", bound=Judgeable)


@dataclass(frozen=True, slots=True)
class Seat(Generic[FrameT]):
    """A voter, its name in the ensemble, and the score from which it says yes."""

    name: str
    voter: Voter[FrameT]
    threshold: float


@dataclass(slots=True, eq=False)
class _Ballot:
    """Everything said so far: one row per frame, one column per seat."""

    answers: Answers
    scores: Floats
    reasons: list[dict[int, Reason]]

    @classmethod
    def blank(cls, frames: int, seats: int) -> "_Ballot":
        return cls(
            np.full((frames, seats), Answer.UNASKED, dtype=np.int8),
            np.full((frames, seats), np.nan, dtype=np.float32),
            [{} for _ in range(frames)],
        )


class Gate(Generic[FrameT]):
    """Asks the next voter only about what is still undecided.

    Args:
        seats: The voters, in the order they are asked.
        rule: Settles ballots whose columns are the seats.
        full_ballots: Share of frames, in [0, 1], on which every voter is asked: the unbiased
            sample for drift, disagreement and costs. Chosen by a hash of the frame's id, so
            that every worker and every run chooses the same.
    """

    def __init__(
        self, seats: Sequence[Seat[FrameT]], rule: Settles, *, full_ballots: float = 0.02
    ) -> None:
        self.seats = tuple(seats)
        self.rule = rule
        self.full_ballots = full_ballots

    def judge(self, frames: Sequence[FrameT], *, ask_all: bool = False) -> list[Verdict]:
        """Return one verdict per frame, in their order.

        Args:
            frames: May be empty.
            ask_all: Ask every voter about every frame. The decisions are the same.
        """
        full = np.array([ask_all or self._is_full_ballot(frame.id) for frame in frames], dtype=bool)
        ballot = _Ballot.blank(len(frames), len(self.seats))
        settled = self.rule.settle(Ballots(ballot.answers))
        for column, seat in enumerate(self.seats):
            asked = np.flatnonzero(full | (settled == Settled.NOT_YET))
            if not asked.size:
                break
            self._cast(ballot, column, seat, frames, asked)
            settled = self.rule.settle(Ballots(ballot.answers))
        return [
            self._verdict(frame, ballot, row, Settled(settled[row]), full_ballot=bool(full[row]))
            for row, frame in enumerate(frames)
        ]

    def _is_full_ballot(self, frame_id: str) -> bool:
        return share_of(frame_id) < self.full_ballots

    @staticmethod
    def _cast(
        ballot: _Ballot,
        column: int,
        seat: Seat[FrameT],
        frames: Sequence[FrameT],
        asked: npt.NDArray[np.intp],
    ) -> None:
        reading = ask(seat.voter, [frames[row] for row in asked])
        ballot.scores[asked, column] = reading.scores
        ballot.answers[asked, column] = answers_of(reading.scores, seat.threshold)
        for index, row in enumerate(asked):
            if reason := reading.reason(index):
                ballot.reasons[row][column] = reason

    def _verdict(
        self, frame: FrameT, ballot: _Ballot, row: int, settled: Settled, *, full_ballot: bool
    ) -> Verdict:
        votes = tuple(
            Vote(
                seat.name,
                None if np.isnan(score) else float(score),
                seat.threshold,
                ballot.reasons[row].get(column),
            )
            for column, (seat, score) in enumerate(zip(self.seats, ballot.scores[row], strict=True))
            if ballot.answers[row, column] != Answer.UNASKED
        )
        abstained = (vote.reason for vote in votes if vote.reason)
        return Verdict(
            decision=_decision(settled, frame.doubts),
            settled=settled != Settled.NOT_YET,
            votes=votes,
            skipped=tuple(seat.name for seat in self.seats[len(votes) :]),
            reasons=tuple(dict.fromkeys([*frame.doubts, *abstained])),
            full_ballot=full_ballot,
        )


def _decision(settled: Settled, doubts: tuple[Reason, ...]) -> Decision:
    return "skip" if settled == Settled.NO and not doubts else "review"


def share_of(frame_id: str) -> float:
    """Return where the frame falls in [0, 1): uniform over ids, the same everywhere."""
    return int.from_bytes(blake2b(frame_id.encode(), digest_size=8).digest()) / 2**64
