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

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ensembles.rules import Settled, Settles
from ensembles.votes import Answer, Answers, Ballots

MOST_VOTERS = 16
"""Subsets double with every voter: 65,536 are looked at in seconds."""


@dataclass(frozen=True, slots=True)
class Order:
    """An asking order and what it is expected to cost.

    Args:
        columns: Of the voters, the first to be asked first.
        cost: Per frame, in the unit of the voters' costs.
        asked: Per voter of `columns`, the share of frames on which it is asked.
    """

    columns: tuple[int, ...]
    cost: float
    asked: tuple[float, ...]


def cheapest_order(answers: Answers, costs: Sequence[float], rule: Settles) -> Order:
    """Return the order of least expected cost; of equal ones the first, as voters are listed.

    Args:
        answers: Full ballots, `Answer` codes of shape (n, voters), in the rule's order.
        costs: Of asking each voter about one frame, in any unit.
        rule: Settles such ballots.

    Raises:
        ValueError: There are no frames, too many voters, or a cost that is not positive.
    """
    _refuse(answers, costs)
    openness = Openness(answers, rule)
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for asked in range(1 << len(costs)):
        spent, columns = best[asked]
        for column, cost in enumerate(costs):
            after = asked | 1 << column
            if after == asked:
                continue
            total = (spent + cost * openness.after(columns), (*columns, column))
            best[after] = min(best.get(after, total), total)
    return order_of(best[len(best) - 1][1], costs, openness)


def order_of(columns: Sequence[int], costs: Sequence[float], openness: "Openness") -> Order:
    """Return what asking in this order costs."""
    asked = tuple(openness.after(columns[:place]) for place in range(len(columns)))
    cost = sum(costs[column] * share for column, share in zip(columns, asked, strict=True))
    return Order(tuple(columns), float(cost), asked)


class Openness:
    """Which share of frames is still open after some voters were asked.

    Args:
        answers: Full ballots, shape (n, voters).
        rule: Settles them.
    """

    def __init__(self, answers: Answers, rule: Settles) -> None:
        self._patterns, counts = np.unique(answers, axis=0, return_counts=True)
        self._shares = counts / counts.sum()
        self._rule = rule
        self._known: dict[frozenset[int], float] = {}

    def after(self, columns: Sequence[int]) -> float:
        """Return the share that the votes of these voters leave open, in any order."""
        asked = frozenset(columns)
        if asked not in self._known:
            self._known[asked] = self._share_open(sorted(asked))
        return self._known[asked]

    def _share_open(self, columns: list[int]) -> float:
        seen = np.full_like(self._patterns, Answer.UNASKED)
        seen[:, columns] = self._patterns[:, columns]
        is_open = np.equal(self._rule.settle(Ballots(seen)), Settled.NOT_YET)
        return float(self._shares[is_open].sum())


def _refuse(answers: Answers, costs: Sequence[float]) -> None:
    if not len(answers) or answers.shape[1] != len(costs):
        raise ValueError(f"ballots of shape {answers.shape} do not fit {len(costs)} costs")
    if len(costs) > MOST_VOTERS:
        raise ValueError(f"{len(costs)} voters are too many; {MOST_VOTERS} can be ordered")
    if not all(cost > 0 for cost in costs):
        raise ValueError(f"every cost must be above 0, not {min(costs)}")
