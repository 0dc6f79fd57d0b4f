"""The frames that may be picked, as numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import Codes
from ensembles.voter import Floats

NARROWEST = 1e-6
"""What lies at least below and above a threshold: a voter that always says yes has one of 0."""


@dataclass(frozen=True)
class Pool:
    """n frames that nobody has labelled yet.

    Args:
        clusters: Of each frame, among frames that look alike, int64 (n,), from 0.
        groups: The flight of each frame, int64 (n,), from 0.
        twins: The set of near duplicates of each frame, int64 (n,), from 0; a frame without any
            is a set of its own.
        margins: What the voters say, float64 (n, v), see `margins_of`; NaN where one abstained.
    """

    clusters: Codes
    groups: Codes
    twins: Codes
    margins: Doubles

    def __len__(self) -> int:
        return len(self.groups)

    @cached_property
    def rarity(self) -> Doubles:
        """1 / the number of sets of near duplicates in the cluster of each frame, float64 (n,)."""
        pairs = np.unique(np.stack([self.clusters, self.twins]), axis=1)
        return np.asarray(1 / np.bincount(pairs[0])[self.clusters])

    @cached_property
    def closeness(self) -> Doubles:
        """How near the voters are to their thresholds, float64 (n,), 1 on them; 0 if none spoke."""
        return over_voters(1 - np.abs(self.margins))

    @cached_property
    def leaning(self) -> Doubles:
        """What the voters say on the whole, float64 (n,), in [-1, 1]; 0 if none spoke."""
        return over_voters(self.margins)

    @cached_property
    def disagreement(self) -> Doubles:
        """The deviation between the voters' margins, float64 (n,), in [0, 1]."""
        return np.asarray(np.sqrt(over_voters((self.margins - self.leaning[:, None]) ** 2)))


def over_voters(values: Doubles) -> Doubles:
    """Return the mean over the voters that spoke, float64 (n,); 0 where none did."""
    spoke = np.isfinite(values)
    sums = np.where(spoke, values, 0).sum(axis=1)
    return np.asarray(sums / np.maximum(spoke.sum(axis=1), 1))


def margins_of(scores: Floats, thresholds: Doubles) -> Doubles:
    """Return how far scores lie from their thresholds, float64 (n, v), in [-1, 1].

    -1 is a score of 0, 0 lies on the threshold, 1 is a score of 1; in between lines are straight,
    so that voters with low and with high thresholds can be compared.

    Args:
        scores: float32 (n, v), in [0, 1]; NaN where a voter abstained.
        thresholds: One a voter, in [0, 1].
    """
    thresholds = np.clip(thresholds, NARROWEST, 1 - NARROWEST)
    below = scores / thresholds - 1
    above = (scores - thresholds) / (1 - thresholds)
    return np.asarray(np.where(scores < thresholds, below, above), dtype=np.float64)
