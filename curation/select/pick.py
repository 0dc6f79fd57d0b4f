"""Picks the frames to label next, and says how likely each pick was."""

from dataclasses import dataclass

import numpy as np

from curation.select.draw import drawn
from curation.select.inclusion import Units
from curation.select.pool import Pool
from ensembles.dial import Doubles
from ensembles.score_table import Codes

TIMES_EQUAL_SHARE = 2
"""No flight gives more than so many times what it would give if all gave the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """The frames that were picked.

    Args:
        rows: Of the pool, ascending, int64 (k,).
        propensities: How likely each was to be picked, float64 (k,), in (0, 1]. A sum over picks of
            1 / propensity times what is known of them estimates the sum over the pool without bias
            (Horvitz & Thompson, JASA 47, 1952).
        cap: Picks that a flight could give at most.
    """

    rows: Codes
    propensities: Doubles
    cap: int

    def __len__(self) -> int:
        return len(self.rows)


def equal_share_cap(picks: int, groups: int) -> int:
    """Return how many picks a flight may give when nobody says: twice its equal share."""
    return max(1, -(-TIMES_EQUAL_SHARE * picks // max(groups, 1)))


def pick(pool: Pool, weights: Doubles, picks: int, rng: np.random.Generator, *, cap: int) -> Picks:
    """Return a sample in which each frame's chance goes with its weight.

    At most one of each set of near duplicates is picked, at most `cap` of each flight, and of each
    cluster as many as its frames' chances sum to, rounded up or down. A set is drawn first, then
    one of its frames; a set counts for the flight and the cluster that most of its frames are of.

    Args:
        pool: n frames.
        weights: float64 (n,), above 0; a set is wanted as much as its frames on average.
        picks: How many; fewer come when flights and sets of near duplicates cannot give so many.
        rng: Chance.
        cap: Picks that a flight may give.
    """
    order = np.argsort(pool.twins, kind="stable")
    sets, first = np.unique(pool.twins[order], return_index=True)
    if not len(sets):
        return Picks(np.empty(0, dtype=np.int64), np.empty(0), cap)
    groups = _most_common(pool.groups, pool.twins)
    sums = np.add.reduceat(weights[order], first)
    sizes = np.diff(np.append(first, len(order)))
    units = Units(sums / sizes, np.unique(groups, return_inverse=True)[1].astype(np.int64), cap)
    probabilities = units.probabilities(picks)
    chosen = drawn(probabilities, _most_common(pool.clusters, pool.twins), groups, rng)
    rows = _members(weights, order, np.append(first, len(order)), chosen, rng)
    share = weights[rows] / sums[chosen]
    ascending = np.argsort(rows)
    return Picks(rows[ascending], (probabilities[chosen] * share)[ascending], cap)


def pick_evenly(count: int, picks: int, rng: np.random.Generator) -> Picks:
    """Return a simple random sample of `count` frames: each is as likely as any other."""
    most = min(picks, count)
    rows = np.sort(rng.choice(count, most, replace=False)).astype(np.int64)
    return Picks(rows, np.full(most, most / count if count else 1.0), most)


def _most_common(codes: Codes, sets: Codes) -> Codes:
    """Return the code that most frames of each set have, int64 (sets,); of equals the lowest."""
    pairs, counts = np.unique(np.stack([sets, codes]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -counts, pairs[0]))
    first = np.unique(pairs[0][order], return_index=True)[1]
    return np.asarray(pairs[1][order][first], dtype=np.int64)


def _members(
    weights: Doubles, order: Codes, bounds: Codes, chosen: Codes, rng: np.random.Generator
) -> Codes:
    """Return one frame of each chosen set, as likely as its share of the set's weight."""
    running = np.cumsum(weights[order])
    before = np.concatenate([[0.0], running])
    low, high = before[bounds[chosen]], before[bounds[chosen + 1]]
    places = np.searchsorted(running, low + rng.random(len(chosen)) * (high - low), side="right")
    return np.asarray(order[np.clip(places, bounds[chosen], bounds[chosen + 1] - 1)])
