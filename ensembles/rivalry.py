"""Whether voting was worth it: the best vote against the best single voter, on the same frames.

Both thresholds keep the same promise, so the one that keeps fewer frames is the better gate.
The frames that only one of the two keeps say whether the difference could be chance: without one,
each would be on either side with probability 1/2 (McNemar, Psychometrika 12, 1947; here exact).
"""

from dataclasses import dataclass
from typing import Literal

from scipy.stats import binomtest

from ensembles.calibrate import Calibration
from ensembles.point import OperatingPoint
from ensembles.replay import kept_at
from ensembles.score_table import ScoreTable

SURELY = 0.05
"""From this probability on, a difference may be chance."""


@dataclass(frozen=True, slots=True)
class Rivalry:
    """The best vote and the best single voter.

    Args:
        single: The voter that keeps the fewest frames by itself.
        vote: The rule over several voters that keeps the fewest.
        only_single: Frames that only the single voter keeps.
        only_vote: Frames that only the vote keeps.
        frames: That both were held to.
    """

    single: OperatingPoint
    vote: OperatingPoint
    only_single: int
    only_vote: int
    frames: int

    @property
    def better(self) -> Literal["single", "vote", "neither"]:
        """Which of the two surely keeps fewer frames."""
        apart = self.only_single + self.only_vote
        if not apart or binomtest(self.only_vote, apart).pvalue >= SURELY:
            return "neither"
        return "single" if self.only_vote > self.only_single else "vote"


def rivalry(table: ScoreTable, calibration: Calibration) -> Rivalry | None:
    """Return how the best vote fares against the best voter; None unless both were looked at.

    Args:
        table: Frames that had no say in the choice, where there are such.
        calibration: With every rule that was looked at.
    """
    singles = [point for point in calibration.rivals if not point.candidate.is_vote]
    votes = [point for point in calibration.rivals if point.candidate.is_vote]
    if not singles or not votes:
        return None
    single, vote = (min(points, key=lambda each: each.share_kept) for points in (singles, votes))
    by_single, by_vote = (kept_at(table, point) for point in (single, vote))
    return Rivalry(
        single,
        vote,
        only_single=int((by_single & ~by_vote).sum()),
        only_vote=int((by_vote & ~by_single).sum()),
        frames=len(table),
    )
