"""Recall as people's labels show it while the gate runs, valid at every look.

A frame that shows the target is *missed* (Y = 1) when the gate skips it. The gate keeps its
promise R when E[Y] <= 1 - R. People see a sample only: a frame is in it with a propensity p that
depends on the gate's decision, and is weighted with w = p_least / p (Horvitz & Thompson 1952),
scaled so that w <= 1 and every bet stays bounded. Over all positive frames, in the sample or not,

    E[w (Y - m) 1{sampled}] = p_least (E[Y] - m),

so for any m the sampled ones bet fairly, whatever the two propensities are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

BET = 1.0
"""Lambda: what is staked on a miss."""
LIMIT = 20.0
"""h: from this evidence on the promise is void."""
CONFIDENCE = 0.95
STAKES = np.append(np.arange(0.05, 1.0, 0.05), 0.99)
"""Shares of the largest bet that the bound mixes over."""
STEPS = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target that people saw in the sample.

    Args:
        missed: The gate skipped it.
        weight: p_least / p, in (0, 1].
    """

    missed: bool
    weight: float


class RecallEvidence:
    """An e-CUSUM against the promise that recall is at least R.

    M_t = max(M_{t-1}, 1) (1 + lambda w_t (Y_t - (1 - R))), M_0 = 1; alarm at M_t >= h.
    Shin, Ramdas & Rinaldo, "E-detectors", arXiv 2203.03532: as long as the promise is kept, the
    mean number of outcomes before an alarm is at least h.

    Args:
        recall: R, in (0, 1).
        limit: h.
    """

    def __init__(self, recall: float, *, limit: float = LIMIT) -> None:
        self.recall = recall
        self.limit = limit
        self.value = 1.0
        self.alarmed = False

    def update(self, outcome: Outcome) -> None:
        """Take one more outcome into account; an alarm stays."""
        surprise = outcome.missed - (1 - self.recall)
        self.value = max(self.value, 1.0) * (1 + BET * outcome.weight * surprise)
        self.alarmed = self.alarmed or self.value >= self.limit


def lower_bound(outcomes: Iterable[Outcome], *, confidence: float = CONFIDENCE) -> float:
    """Return a lower bound of the recall that holds at all looks together.

    Betting against "at least a share m is missed" (Waudby-Smith & Ramdas 2024, "Estimating means
    of bounded random variables by betting", one-sided, with a mixture over constant bets):

        K(m) = mean over c of prod (1 + c / (1 - m) w (m - Y)),    0 < c < 1

    is a nonnegative supermartingale when m or more is missed, so it reaches 1 / (1 - confidence)
    with at most that probability (Ville). It depends on counts alone, not on their order.

    Returns:
        In [0, 1]; 0 without outcomes.
    """
    counts = Counter((outcome.missed, outcome.weight) for outcome in outcomes)
    refuted = np.log(1 / (1 - confidence))
    low, high = 0.0, 1.0
    for _ in range(STEPS):  # K rises with m: find where it crosses
        middle = (low + high) / 2
        low, high = (low, middle) if _log_capital(counts, middle) >= refuted else (middle, high)
    return 1 - high


def _log_capital(counts: Mapping[tuple[bool, float], int], missed_share: float) -> float:
    """Return log K(m)."""
    odds = missed_share / (1 - missed_share)
    logs = np.zeros(len(STAKES))
    for (missed, weight), count in counts.items():
        gain = -STAKES * weight if missed else STAKES * weight * odds
        logs += count * np.log1p(gain)
    most = logs.max()
    return float(most + np.log(np.exp(logs - most).mean()))
