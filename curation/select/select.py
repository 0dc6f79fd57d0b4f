"""A selection from numbers to picks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.duplicates.alike import Looks
from curation.kmeans import clusters_of
from curation.select.catalog import METHODS
from curation.select.pick import Picks, equal_share_cap, pick, pick_evenly
from curation.select.pool import Pool
from curation.select.twins import twins_of, without_hashes
from ensembles.dial import Doubles
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from ensembles.voter import Floats

Bools = npt.NDArray[np.bool_]

ALIKE = 0.97
"""Cosine from which two frames count as near duplicates."""

MOST_CLUSTERS = 1000
PICKS_PER_CLUSTER = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be picked, and how.

    Args:
        picks: How many frames.
        method: A name from `METHODS`.
        seed: Of everything that is left to chance.
        cap: Picks that a flight may give; None: twice its equal share.
        alike: Cosine from which two frames are near duplicates.

    Raises:
        ConfigError: The method is unknown, or a number is out of its range.
    """

    picks: int
    method: str = "balanced"
    seed: int = 0
    cap: int | None = None
    alike: float = ALIKE

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(
                f"--method: there is no {self.method!r}; there are {', '.join(METHODS)}"
            )
        if self.picks < 1 or (self.cap is not None and self.cap < 1):
            raise ConfigError("at least one frame must be picked, and be allowed of a flight")
        if not 0 < self.alike <= 1:
            raise ConfigError(f"--alike: must lie in (0, 1], not {self.alike:g}")


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What was picked from n frames.

    Args:
        picks: Rows and propensities; a frame that is not open had none.
        clusters: Of each frame, among frames that look alike, int64 (n,), from 0.
        twins: The set of near duplicates of each frame, int64 (n,), from 0.
        open: Which frames could be picked, bool (n,): neither labelled nor near duplicates of one
            that is.
    """

    picks: Picks
    clusters: Codes
    twins: Codes
    open: Bools


def select(
    embeddings: Floats,
    groups: Codes,
    wish: Wish,
    *,
    margins: Doubles | None = None,
    labelled: Bools | None = None,
    looks: Looks | None = None,
) -> Selection:
    """Return the frames to label next.

    Args:
        embeddings: float32 (n, d), rows of length 1.
        groups: The flight of each frame, int64 (n,), from 0.
        wish: How many, and how.
        margins: What the voters say, float64 (n, v), see `margins_of`.
        labelled: Frames that have a label already, bool (n,).
        looks: The frames with their hashes; default: embeddings alone say what is alike.

    Raises:
        ConfigError: The method asks what the voters say, and nobody says it.
    """
    if METHODS[wish.method].needs_scores and (margins is None or not np.isfinite(margins).any()):
        raise ConfigError(f"--method {wish.method} needs scores, and the frames have none")
    rng = np.random.default_rng(wish.seed)
    clusters = clusters_of(embeddings, clusters_for(wish.picks), rng)
    twins = twins_of(looks or without_hashes(embeddings), clusters, wish.alike)
    taken = np.zeros(len(groups), dtype=bool) if labelled is None else labelled
    left = ~np.isin(twins, twins[taken])
    said = np.zeros((len(groups), 0)) if margins is None else margins
    pool = Pool(clusters[left], groups[left], twins[left], said[left])
    found = _picked(pool, wish, rng)
    picks = Picks(np.flatnonzero(left)[found.rows], found.propensities, found.cap)
    return Selection(picks, clusters, twins, left)


def _picked(pool: Pool, wish: Wish, rng: np.random.Generator) -> Picks:
    weights = METHODS[wish.method].weights
    if weights is None or not len(pool):
        return pick_evenly(len(pool), wish.picks, rng)
    cap = wish.cap or equal_share_cap(wish.picks, len(np.unique(pool.groups)))
    return pick(pool, weights(pool), wish.picks, rng, cap=cap)


def clusters_for(picks: int) -> int:
    """Return into how many clusters frames are divided to pick so many of them."""
    return min(MOST_CLUSTERS, max(1, -(-picks // PICKS_PER_CLUSTER)))
