"""Mostly every kind of frame alike, and for the rest what the voters are drawn to or torn about."""

import numpy as np

from curation.select.disagreement import disagreement
from curation.select.diverse import diverse
from curation.select.pool import Pool
from curation.select.uncertain import spread, uncertain
from ensembles.dial import Doubles

SHARPNESS = 4


def balanced(pool: Pool) -> Doubles:
    """Return a mixture of weights; the shares were chosen on flights that no table rests on."""
    return np.asarray(sum(share * _to_one(wanted(pool)) for wanted, share in SHARES))


def likely(pool: Pool) -> Doubles:
    """Return weights that rise steeply with what the voters say: rare targets are found so."""
    return spread(pool, ((1 + pool.leaning) / 2) ** SHARPNESS)


def _to_one(weights: Doubles) -> Doubles:
    return np.asarray(weights / weights.sum())


SHARES = ((diverse, 0.7), (likely, 0.1), (uncertain, 0.1), (disagreement, 0.1))
