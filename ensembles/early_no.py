"""The floor: below which score a cheap voter may say, by itself, that there is surely nothing.

A floor ends most empty frames after one voter, and now and then an object with them, so its
misses are paid from the same budget as those of the rule. It is put where the voter's best score
of the object after its last allowed miss lies; the dial is then put in the same way among the
objects that are left. Each cut removes whole "statistically equivalent blocks" (Wald, "An
extension of Wilks' method for setting tolerance limits", Annals of Mathematical Statistics 14,
1943; Tukey, "Non-parametric estimation II", 18, 1947), and the second may be made on a score that
depends on where the first was made (Fraser, "Sequentially determined statistically equivalent
blocks", 22, 1951). So where one cut may miss k objects, a floor and a dial may miss k - 1
together: the floor costs one miss (docs/calibration.md derives it).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.candidates import Candidate
from ensembles.score_table import ScoreTable

ENDED = -2.0
"""Added to the dial score of a frame that a floor ended: below all others, in the same order."""

HIGHEST = 1.0
"""No floor lies above it. An abstention counts as more: it ends nothing."""

Floors = tuple[float | None, ...]
"""One per voter of a candidate, in its order; None for a voter without."""


@dataclass(frozen=True, slots=True)
class MissBudget:
    """How the misses that a promise allows are shared out.

    Args:
        price: What a floor costs beyond the misses it makes: 1, or 0 without one.
        floor: Objects that the floor may miss.
        dial: Objects that the rule may miss of those that pass the floor.
    """

    price: int
    floor: int
    dial: int

    @property
    def charged(self) -> int:
        """Misses of a single cut that guarantees as much."""
        return self.price + self.floor + self.dial


def miss_budget(allowed: int, candidate: Candidate) -> MissBudget:
    """Return how a candidate may spend the misses it is allowed; no score has a say in it.

    Raises:
        ValueError: There is not even the price of its floor.
    """
    price = len(candidate.rule.gatekeepers)
    spare = allowed - price
    if spare < 0:
        raise ValueError(f"a floor costs one miss, and {allowed} are allowed")
    floor = int(spare * candidate.floor_share) if price else 0
    return MissBudget(price, floor, spare - floor)


def floors_at(table: ScoreTable, candidate: Candidate, misses: int) -> Floors:
    """Return the floors at which the candidate's gatekeeper misses so many objects.

    Args:
        table: Frames of more objects than are missed.
        candidate: With one gatekeeper at most.
        misses: Ties may spare some.
    """
    floors: list[float | None] = [None] * len(candidate.voters)
    for place in candidate.rule.gatekeepers:
        best = np.sort(table.best_by_object(_scores(table, candidate.voters[place])))
        floors[place] = min(float(best[misses]), HIGHEST)
    return tuple(floors)


def passed(table: ScoreTable, candidate: Candidate, floors: Floors) -> npt.NDArray[np.bool_]:
    """Return which frames no floor ends, shape (n,)."""
    through = np.ones(len(table), dtype=bool)
    for voter, floor in zip(candidate.voters, floors, strict=True):
        if floor is not None:
            through &= _scores(table, voter) >= floor
    return through


def _scores(table: ScoreTable, voter: int) -> npt.NDArray[np.float64]:
    """Return the voter's scores, shape (n,), with abstentions above all of them."""
    scores = table.scores[:, voter].astype(np.float64)
    return np.where(np.isnan(scores), np.inf, scores)
