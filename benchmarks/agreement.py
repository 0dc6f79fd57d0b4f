"""Whether a contender gives the scores of the direct calls on pictures decoded as it does.

The scores of the pictures spread over most of [0, 1], so two pictures taken for each other, or a
network that was not asked, are far above what is allowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.laps import Scores

SAME_PIXELS = 0.002
"""Decoded and scaled alike: sums in another order, and nothing else."""
OTHER_RESIZE = 0.02
"""Decoded at full size, then resized by another library, or with sides rounded otherwise."""
INT8 = 0.35
"""Numbers of 8 bits in networks of random weights, which have no margins as trained ones have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far scores are from the direct calls' at most, and how far they may be."""

    worst: float
    allowed: float

    @property
    def agrees(self) -> bool:
        """Whether it is within what is allowed."""
        return self.worst <= self.allowed


def difference(found: Sequence[Scores], expected: Sequence[Scores], allowed: float) -> Difference:
    """Return the largest difference over pictures and voters.

    A picture too few or too many, or a voter that was not asked, differs infinitely.
    """
    if len(found) != len(expected):
        return Difference(float("inf"), allowed)
    worst = max(
        abs(ours.get(voter, float("inf")) - score)
        for ours, theirs in zip(found, expected, strict=True)
        for voter, score in theirs.items()
    )
    return Difference(worst, allowed)
