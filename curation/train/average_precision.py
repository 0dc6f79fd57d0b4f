"""Average precision, with intervals that know that frames of a flight are alike."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from curation.train.examples import Bools, Indices
from ensembles.group_bootstrap import interval_over_groups
from ensembles.voter import Floats

RESAMPLINGS = 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def average_precision(positive: Bools, scores: Floats) -> float:
    """Return the precision at each positive, in the order of the scores, averaged; NaN of none.

    Frames of equal score stand on one threshold, as in scikit-learn's.

    Args:
        positive: Shape (n,).
        scores: Shape (n,); one that is NaN counts as the lowest.

    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]))
    0.8333333333333333
    """
    if not positive.any():
        return float("nan")
    scores = np.nan_to_num(scores, nan=-np.inf)
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    hits = np.cumsum(positive[order])[ends]
    gains = np.diff(hits, prepend=0)
    return float((hits / (ends + 1) * gains).sum() / positive.sum())


def measured(positive: Bools, scores: Floats, groups: Indices, *, seed: int = 0) -> Measured:
    """Return the average precision; whole groups are resampled, not frames."""
    return _over_groups(lambda k: average_precision(positive[k], scores[k]), groups, seed)


def gain(
    positive: Bools, ours: Floats, theirs: Floats, groups: Indices, *, seed: int = 0
) -> Measured:
    """Return by how much our average precision is above theirs on the same frames."""
    return _over_groups(
        lambda k: (
            average_precision(positive[k], ours[k]) - average_precision(positive[k], theirs[k])
        ),
        groups,
        seed,
    )


def _over_groups(measure: Callable[[Indices], float], groups: Indices, seed: int) -> Measured:
    """Return the measure and its bootstrap interval; draws without a positive are left out."""
    low, high = interval_over_groups(measure, groups, seed=seed, resamplings=RESAMPLINGS)
    return Measured(measure(np.arange(len(groups))), low, high)
