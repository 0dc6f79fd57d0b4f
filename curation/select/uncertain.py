"""Where the voters are close to their thresholds."""

import numpy as np

from curation.select.pool import Pool
from ensembles.dial import Doubles

SHARPNESS = 4
"""Twice as close is sixteen times as likely."""

SPREAD = 0.5
"""Between 0, a cluster is wanted as often as it is met, and 1, every cluster alike."""

FLOOR = 0.1
"""Of the mean weight: even a frame that every voter is sure of can be picked, so that estimates
stay unbiased."""


def uncertain(pool: Pool) -> Doubles:
    """Return weights that rise steeply with closeness to the thresholds."""
    return spread(pool, pool.closeness**SHARPNESS)


def spread(pool: Pool, weights: Doubles) -> Doubles:
    """Return weights of which rare clusters have more, and none is 0."""
    shared = pool.rarity**SPREAD * weights
    return np.asarray(shared + (FLOOR * shared.mean() or 1.0))
