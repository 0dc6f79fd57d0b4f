"""What another form of the same networks does to scores, votes and decisions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ensembles.replay import Proportion
from ensembles.voter import Floats
from ensembles.votes import Decision

QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """How far one voter's scores moved.

    Args:
        voter: Its name.
        views: Compared; both forms gave a score.
        abstained: Views of which only one form gave a score.
        mean: Of |after - before|.
        quantiles: Of |after - before|, at `QUANTILES`.
        largest: Of |after - before|.
        lost: Votes that were yes and are no now.
        gained: Votes that were no and are yes now.
    """

    voter: str
    views: int
    abstained: int
    mean: float
    quantiles: tuple[float, ...]
    largest: float
    lost: int
    gained: int


def score_change(voter: str, before: Floats, after: Floats, threshold: float) -> ScoreChange:
    """Compare the scores of the same views, shape (n,) each; NaN abstains.

    With no view to compare, every change is NaN.
    """
    both = ~np.isnan(before) & ~np.isnan(after)
    old, new = before[both].astype(np.float64), after[both].astype(np.float64)
    moved = np.abs(new - old) if len(old) else np.array([np.nan])
    said, says = old >= threshold, new >= threshold
    return ScoreChange(
        voter,
        views=int(both.sum()),
        abstained=int((np.isnan(before) != np.isnan(after)).sum()),
        mean=float(moved.mean()),
        quantiles=tuple(float(value) for value in np.quantile(moved, QUANTILES)),
        largest=float(moved.max()),
        lost=int((said & ~says).sum()),
        gained=int((~said & says).sum()),
    )


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """Which frames are decided otherwise.

    Args:
        frames: Compared.
        were_review: Of them, that were `review` before.
        to_skip: Ids of frames that were `review` and are `skip` now: what this does to recall.
        to_review: Ids of frames that were `skip` and are `review` now: more work.
    """

    frames: int
    were_review: int
    to_skip: tuple[str, ...]
    to_review: tuple[str, ...]

    @property
    def lost(self) -> Proportion:
        """Frames that nobody would see any more, of those that were `review`."""
        return Proportion(len(self.to_skip), self.were_review)


def decision_change(
    ids: Sequence[str], before: Sequence[Decision], after: Sequence[Decision]
) -> DecisionChange:
    """Compare two decisions on each frame."""
    pairs = list(zip(ids, before, after, strict=True))
    return DecisionChange(
        len(pairs),
        sum(old == "review" for _, old, _ in pairs),
        tuple(name for name, old, new in pairs if (old, new) == ("review", "skip")),
        tuple(name for name, old, new in pairs if (old, new) == ("skip", "review")),
    )
