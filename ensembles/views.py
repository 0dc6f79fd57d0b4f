"""What a voter is shown of a frame: all of it, or a part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ensembles.votes import Box

FrameT = TypeVar("FrameT")


@dataclass(frozen=True, slots=True, eq=False)
class View(Generic[FrameT]):
    """One view of a frame.

    Args:
        box: Where it lies, in the frame's own pixels; None when it is the whole frame.
        shown: What a voter reads.
    """

    box: Box | None
    shown: FrameT


Cut = Callable[[FrameT], Sequence[View[FrameT]]]
"""Returns the views of a frame, at least one; cheap, and the same whenever it is called."""


def whole(frame: FrameT) -> Sequence[View[FrameT]]:
    """Return the frame as its only view."""
    return (View(None, frame),)
