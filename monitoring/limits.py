"""From statistics to one score, and from false alarms per week to its limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10

import numpy as np

from monitoring.attributes import Floats64
from monitoring.simulation import WINDOWS, Simulated
from monitoring.tail import Tails

DAYS_PER_WEEK = 7
SECONDS_PER_WEEK = 7 * 24 * 3600.0
EPISODES_ABOVE = 2.0
"""Score from which simulated alarms are counted in episodes: one usual window in 100."""

LOWEST_LIMIT = 1.0
"""Limits below a tenth of all windows are not asked for: they would mean an alarm all the time."""


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What is usual for windows of one size.

    Args:
        single: Tails of each statistic.
        joint: The tail of the largest surprise among them: many statistics are one test.
        episodes: Alarms that begin, per window above a limit; windows that slide share frames,
            so that alarms come in runs.
    """

    single: Tails
    joint: Tails
    episodes: float

    @classmethod
    def of(cls, simulated: Simulated) -> "Limits":
        """Return the limits that simulated usual windows imply."""
        worlds, windows, count = simulated.statistics.shape
        single = Tails.of(simulated.statistics.reshape(-1, count))
        largest = single.surprise(simulated.statistics.reshape(-1, count)).max(axis=1)
        joint = Tails.of(largest[:, None])
        scores = joint.surprise(largest[:, None]).reshape(worlds, windows)
        return cls(single, joint, _episodes(scores >= EPISODES_ABOVE))

    def surprises(self, statistics: Floats64) -> Floats64:
        """Return -log10 of the chance of each statistic by itself, shape (w, s)."""
        return self.single.surprise(statistics)

    def score(self, statistics: Floats64) -> Floats64:
        """Return -log10 of the chance that a usual window's rarest statistic is as rare, (w,)."""
        return self.joint.surprise(self.surprises(statistics).max(axis=1)[:, None])[:, 0]

    def single_limit(self, score: float) -> float:
        """Return the surprise that one statistic must have for a window to have this score."""
        return float(self.joint.value_at(score)[0])

    def limit(self, false_alarms_per_week: float, *, panes_per_week: float) -> float:
        """Return the score from which a window is an alarm.

        A window closes with every pane. The sizes of windows share the false alarms equally.
        """
        share = false_alarms_per_week / len(WINDOWS)
        return max(LOWEST_LIMIT, log10(panes_per_week * self.episodes / share))


def limits_of(simulated: tuple[Simulated, ...]) -> Mapping[int, Limits]:
    """Return the limits by size of window, in panes."""
    return {each.panes: Limits.of(each) for each in simulated}


def _episodes(above: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> float:
    """Return the runs per window above; 1, the most there can be, when none is above."""
    begins = above[:, :1].sum() + (above[:, 1:] & ~above[:, :-1]).sum()
    return float(begins / above.sum()) if above.any() else 1.0
