"""From how much each frame is wanted to the probability that it is picked."""

from dataclasses import dataclass

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import Codes

HALVINGS = 100
"""Of the interval in which the scale is looked for: down to what a float64 can tell apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is drawn: sets of frames of which one may be picked, in groups with a cap each.

    Args:
        weights: How much each of u sets is wanted, float64 (u,), above 0.
        groups: Of each set, int64 (u,), from 0 and without gaps.
        cap: Picks that a group may give.
    """

    weights: Doubles
    groups: Codes
    cap: int

    def probabilities(self, picks: int) -> Doubles:
        """Return the inclusion probability of each set, float64 (u,).

        They are in proportion to the weights as far as none exceeds 1 and no group's sum exceeds
        the cap; they sum to `picks`, or to what the groups can give when that is less.
        """
        capped = np.zeros(len(self.weights))
        if not len(capped) or picks < 1:
            return capped
        room = np.minimum(np.bincount(self.groups), self.cap)
        if room.sum() <= picks:
            return self._within(np.full(len(room), np.inf), room)
        low, high = 0.0, picks / self.weights.min()
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            total = np.minimum(self._sums(np.full(len(room), middle)), self.cap).sum()
            low, high = (middle, high) if total < picks else (low, middle)
        return self._within(np.full(len(room), high), room)

    def _within(self, scales: Doubles, room: Codes) -> Doubles:
        """Return probabilities at these scales, one a group, lowered where the cap is passed."""
        over = self._sums(scales) > room
        low, high = np.zeros(len(room)), np.where(np.isinf(scales), self._enough(), scales)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            passed = self._sums(middle) > room
            low, high = np.where(passed, low, middle), np.where(passed, middle, high)
        return self._at(np.where(over, low, scales))

    def _enough(self) -> float:
        """Return a scale at which every set is certain."""
        return float(1 / self.weights.min())

    def _sums(self, scales: Doubles) -> Doubles:
        found = np.bincount(self.groups, weights=self._at(scales), minlength=len(scales))
        return np.asarray(found, dtype=np.float64)

    def _at(self, scales: Doubles) -> Doubles:
        return np.asarray(np.minimum(1.0, scales[self.groups] * self.weights))
