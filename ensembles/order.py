"""Who is asked first, so that a gate asks as little as it can.

Whether a rule has settled depends on *which* voters were asked and not on their order. With U(S)
the share of frames that the votes of the voters S leave open, and c the cost of a voter, asking
in the order v1, v2, ... costs, per frame,

    c(v1) U({}) + c(v2) U({v1}) + c(v3) U({v1, v2}) + ...

so the least expected cost of having asked a set S is the least over its last voter v of that of
S without v, plus c(v) U(S without v): the recursion over subsets of Held & Karp ("A dynamic
programming approach to sequencing problems", Journal of SIAM 10, 1962). U is counted on a score
table, so the result is exact for the joint distribution of the votes there, whatever the rule and
however the voters agree. For OR of independent voters it is the old ratio rule, least cost per
chance of a yes first, for AND least cost per chance of a no (Mitten, "An analytic solution to the
least cost testing sequence problem", Journal of Industrial Engineering 11, 1960).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.rules import Settled, Settles
from ensembles.votes import Answer, Answers, Ballots

Floats64 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

MOST_VOTERS = 16
"""Subsets double with every voter: 65,536 are looked at in seconds."""


@dataclass(frozen=True, slots=True)
class Order:
    """An asking order and what it is expected to cost.

    Args:
        columns: Of the voters, the first to be asked first.
        cost: Per frame, in the unit of the voters' costs.
        asked: Per voter of `columns`, how often it is asked about a frame: a share of the frames,
            or with tiles the number of them.
    """

    columns: tuple[int, ...]
    cost: float
    asked: tuple[float, ...]


class Openness:
    """How much is still open after some voters were asked.

    Where frames are cut, a voter of tiles is asked about each that is open, and a voter of whole
    frames once about a frame of which any tile is. (That a frame needs no further tile after a
    yes is left out: most frames have none.)

    Args:
        answers: Full ballots, `Answer` codes of shape (n, voters), in the rule's order.
        rule: Settles them.
        frame_of: Which frame each row is of, from 0, shape (n,); None: each is a frame.
        weights: How much each frame counts, above 0; None: all the same.
        whole: Columns of the voters that are asked once a frame.

    Raises:
        ValueError: There are no ballots.
    """

    def __init__(
        self,
        answers: Answers,
        rule: Settles,
        *,
        frame_of: Rows | None = None,
        weights: Floats64 | None = None,
        whole: Collection[int] = (),
    ) -> None:
        if not len(answers):
            raise ValueError("there are no ballots to count open votes in")
        self.voters = answers.shape[1]
        self._patterns, pattern_of = np.unique(answers, axis=0, return_inverse=True)
        frames = np.arange(len(answers)) if frame_of is None else frame_of
        self._weights = np.ones(frames.max() + 1) if weights is None else weights
        self._found = np.unique(np.stack([pattern_of.ravel(), frames]), axis=1, return_counts=True)
        self._rule = rule
        self._whole = frozenset(whole)
        self._known: dict[frozenset[int], tuple[float, float]] = {}

    def asked(self, column: int, *, after: Sequence[int]) -> float:
        """Return how often a voter is asked about a frame, after others were, in any order."""
        others = frozenset(after)
        if others not in self._known:
            self._known[others] = self._open_after(sorted(others))
        views, frames = self._known[others]
        return frames if column in self._whole else views

    def _open_after(self, columns: list[int]) -> tuple[float, float]:
        """Return the open views per frame, and the share of frames that have one."""
        seen = np.full_like(self._patterns, Answer.UNASKED)
        seen[:, columns] = self._patterns[:, columns]
        is_open = np.equal(self._rule.settle(Ballots(seen)), Settled.NOT_YET)
        (pattern_of, frame_of), counts = self._found
        left = is_open[pattern_of]
        views = counts[left] @ self._weights[frame_of[left]]
        frames = self._weights[np.unique(frame_of[left])].sum()
        total = self._weights.sum()
        return float(views / total), float(frames / total)


def cheapest_order(openness: Openness, costs: Sequence[float]) -> Order:
    """Return the order of least expected cost; of equal ones the first, as voters are listed.

    Args:
        openness: Counted on full ballots.
        costs: Of asking each voter once, in any unit.

    Raises:
        ValueError: Costs that do not fit the voters, too many, or one that is not positive.
    """
    _refuse(openness, costs)
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for asked in range(1 << len(costs)):
        spent, columns = best[asked]
        for column, cost in enumerate(costs):
            after = asked | 1 << column
            if after == asked:
                continue
            total = (spent + cost * openness.asked(column, after=columns), (*columns, column))
            best[after] = min(best.get(after, total), total)
    return order_of(best[len(best) - 1][1], costs, openness)


def order_of(columns: Sequence[int], costs: Sequence[float], openness: Openness) -> Order:
    """Return what asking in this order costs."""
    asked = tuple(
        openness.asked(column, after=columns[:place]) for place, column in enumerate(columns)
    )
    cost = sum(costs[column] * share for column, share in zip(columns, asked, strict=True))
    return Order(tuple(columns), float(cost), asked)


def _refuse(openness: Openness, costs: Sequence[float]) -> None:
    if len(costs) != openness.voters:
        raise ValueError(f"{len(costs)} costs do not fit {openness.voters} voters")
    if len(costs) > MOST_VOTERS:
        raise ValueError(f"{len(costs)} voters are too many; {MOST_VOTERS} can be ordered")
    if not all(cost > 0 for cost in costs):
        raise ValueError(f"every cost must be above 0, not {min(costs)}")
