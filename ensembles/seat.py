"""Who sits at a gate, and what they need to know of a frame."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ensembles.reasons import Reason
from ensembles.voter import Voter


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
    """A voter, its name in the ensemble, and the score from which it says yes.

    Args:
        name: Of the voter.
        voter: Reads views.
        threshold: In [0, 1].
        whole: It reads whole frames, once each, although the gate cuts them.
        floor: Score below which it says that there is surely nothing; None if it never does.
    """

    name: str
    voter: Voter[FrameT]
    threshold: float
    whole: bool = False
    floor: float | None = None
