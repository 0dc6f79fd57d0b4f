"""How rare a number is among simulated ones, also beyond the largest of them."""

from dataclasses import dataclass

import numpy as np

from monitoring.attributes import Floats64

TAIL_SHARE = 0.1
"""Share of the simulated numbers from which the tail is fitted."""

LEAST_EXCESS = 0.25
"""Of the standard deviation: a statistic that counts a few frames may have no excess at all among
the simulated, and the next count would then be a surprise without bounds."""

STILL = 1e-9
"""A statistic that never moved among the simulated tells nothing of what is rare: it never counts
as rarer than its tail."""

KNOTS = 65
"""Quantiles kept of the numbers below the tail."""


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """What is usual for each of s statistics.

    Below its 90 % point a statistic is looked up among its simulated quantiles; beyond it, the
    excess is taken to be exponential (the generalised Pareto law of Pickands 1975 with shape 0),
    so that what was never simulated gets a small chance instead of none.

    Args:
        knots: Quantiles at equal steps from 0 to 90 %, shape (65, s), rising.
        excess: Mean excess over the last knot, shape (s,).
    """

    knots: Floats64
    excess: Floats64

    @classmethod
    def of(cls, simulated: Floats64) -> "Tails":
        """Return the tails of simulated statistics, shape (n, s)."""
        knots = np.quantile(simulated, np.linspace(0, 1 - TAIL_SHARE, KNOTS), axis=0)
        over = np.where(simulated > knots[-1], simulated - knots[-1], np.nan)
        seen = np.isfinite(over).any(axis=0)
        mean = np.where(seen, np.nanmean(np.where(seen, over, 0.0), axis=0), 0.0)
        spread = simulated.std(axis=0)
        least = np.where(spread > STILL, LEAST_EXCESS * spread, np.inf)
        return cls(knots, np.maximum(mean, least))

    def surprise(self, numbers: Floats64) -> Floats64:
        """Return -log10 of the chance of a number at least as large, in the shape (n, s)."""
        last = self.knots[-1]
        beyond = (numbers - last) / self.excess / np.log(10) - np.log10(TAIL_SHARE)
        return np.where(numbers > last, beyond, self._inside(numbers))

    def value_at(self, surprise: float) -> Floats64:
        """Return the number of this surprise in the tail, shape (s,)."""
        return np.asarray(
            self.knots[-1] + (surprise + np.log10(TAIL_SHARE)) * self.excess * np.log(10)
        )

    def _inside(self, numbers: Floats64) -> Floats64:
        share = (1 - TAIL_SHARE) / (KNOTS - 1)
        below = np.stack(
            [
                np.searchsorted(self.knots[:, column], numbers[:, column], side="left")
                for column in range(numbers.shape[1])
            ],
            axis=1,
        )
        return np.asarray(-np.log10(np.clip(1 - share * below, TAIL_SHARE, 1.0)))
