"""What a voter is, and what it returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ensembles.reasons import Reason

Floats = npt.NDArray[np.float32]
ViewT_contra = TypeVar("ViewT_contra", contravariant=True)
ViewT = TypeVar("ViewT")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one voter says of n views.

    Args:
        scores: float32, shape (n,), in [0, 1]. NaN abstains.
        embeddings: float32, shape (n, d), rows of length 1, or None.
        reasons: Why a view got NaN, one entry per view; empty when nobody knows.

    Raises:
        ValueError: A shape is wrong, or a score lies outside [0, 1].
    """

    scores: Floats
    embeddings: Floats | None = None
    reasons: tuple[Reason | None, ...] = ()

    def __post_init__(self) -> None:
        if self.scores.ndim != 1:
            raise ValueError(f"scores must have shape (n,), not {self.scores.shape}")
        outside = (self.scores < 0) | (self.scores > 1)
        if outside.any():
            raise ValueError(f"score {self.scores[outside][0]} is outside [0, 1]")
        if self.embeddings is not None and self.embeddings.shape[:-1] != self.scores.shape:
            raise ValueError(
                f"embeddings of shape {self.embeddings.shape} do not fit {len(self)} scores"
            )
        if self.reasons and len(self.reasons) != len(self):
            raise ValueError(f"{len(self.reasons)} reasons do not fit {len(self)} scores")

    def __len__(self) -> int:
        return len(self.scores)

    def reason(self, index: int) -> Reason | None:
        """Return why view `index` has no score, or None when it has one."""
        if not np.isnan(self.scores[index]):
            return None
        given = self.reasons[index] if self.reasons else None
        return given or Reason.VOTER_ABSTAINED

    @classmethod
    def abstention(cls, count: int, reason: Reason) -> "Reading":
        """Return `count` abstentions for one reason."""
        return cls(np.full(count, np.nan, dtype=np.float32), reasons=(reason,) * count)


class Voter(Protocol[ViewT_contra]):
    """A model that scores views for the target; it may be called from several threads."""

    def read(self, views: Sequence[ViewT_contra]) -> Reading:
        """Return one score per view, in their order."""
        ...


def ask(voter: Voter[ViewT], views: Sequence[ViewT]) -> Reading:
    """Return the voter's reading after checking that it speaks of every view.

    Raises:
        ValueError: The voter returned more or fewer scores than there are views.
    """
    reading = voter.read(views)
    if len(reading) != len(views):
        raise ValueError(f"{len(reading)} scores came back for {len(views)} views")
    return reading
