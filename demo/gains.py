"""What a vote gains over its best voter; intervals know that frames of a flight are alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demo.evaluate import Scored
from demo.measures import Bools
from ensembles.group_bootstrap import interval_over_groups


@dataclass(frozen=True, slots=True)
class Gain:
    """A difference of two shares with its 95 % interval from resampled flights."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def recall_gain_of_or(scored: Scored, *, seed: int = 0) -> Gain:
    """Return the recall of OR less that of the best voter, over frames."""
    yes, positive = scored.ballots().yes, scored.truth.positive

    def gain(frames: npt.NDArray[np.intp]) -> float:
        kept = yes[frames][positive[frames]]
        return float(kept.any(axis=1).mean() - kept.mean(axis=0).max())

    return _over_flights(gain, scored, seed)


def precision_gain_of_and(scored: Scored, *, seed: int = 0) -> Gain:
    """Return the precision of AND less that of the best voter, over frames."""
    yes, positive = scored.ballots().yes, scored.truth.positive

    def gain(frames: npt.NDArray[np.intp]) -> float:
        truth, votes = positive[frames], yes[frames]
        best = max(_precision(votes[:, voter], truth) for voter in range(votes.shape[1]))
        return _precision(np.asarray(votes.all(axis=1)), truth) - best

    return _over_flights(gain, scored, seed)


def _precision(kept: Bools, positive: Bools) -> float:
    return float(positive[kept].mean()) if kept.any() else 0.0


def _over_flights(gain: Callable[[npt.NDArray[np.intp]], float], scored: Scored, seed: int) -> Gain:
    """Return the gain and its bootstrap interval; whole flights are drawn, not frames."""
    flights = scored.truth.flights
    low, high = interval_over_groups(gain, flights, seed=seed)
    return Gain(gain(np.arange(len(flights))), low, high)
