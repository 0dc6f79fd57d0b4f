"""Parts units at random, and keeps the fairest of many drafts.

Redrawing until the parts are alike keeps the split random where it matters, and balanced where it
can be seen (Morgan & Rubin, "Rerandomization to improve covariate balance in experiments", Annals
of Statistics 40, 2012). Dealing out the largest units first would balance better, and would send
the longest flights to the same part every time.
"""

from collections.abc import Sequence

import numpy as np

from ensembles.dial import Doubles
from ensembles.errors import ConfigError
from ensembles.score_table import Codes

DRAFTS = 500


def parted(units: Codes, strata: Codes, shares: Sequence[float], rng: np.random.Generator) -> Codes:
    """Return the part of each frame, int64 (n,), from 0.

    Args:
        units: Of each frame, int64 (n,), from 0 and without gaps; a unit goes to one part.
        strata: What is to be spread evenly, such as the label of each frame, int64 (n,), from 0.
        shares: Of the frames, one a part, above 0; they sum to 1.
        rng: Of the drafts.

    Raises:
        ConfigError: There are fewer units than parts.
    """
    contents = _contents(units, strata)
    if len(contents) < len(shares):
        raise ConfigError(
            f"{len(contents)} units cannot be parted into {len(shares)}: they are linked by their "
            "group or by near duplicates; index with a finer --group, or split --by burst"
        )
    wanted = np.asarray(shares) / sum(shares)
    drafts = (_draft(contents, wanted, rng) for _ in range(DRAFTS))
    best = min(drafts, key=lambda parts: unfairness(contents, parts, wanted))
    return best[units]


def unfairness(contents: Doubles, parts: Codes, wanted: Doubles) -> float:
    """Return how far a draft is from the shares: 0 when every part has its share of everything.

    Args:
        contents: Frames of each unit by stratum, (units, strata).
        parts: Of each unit.
        wanted: Share of each part.
    """
    totals = contents.sum(axis=0)
    sums = np.stack(
        [np.bincount(parts, weights=column, minlength=len(wanted)) for column in contents.T]
    )
    of_each = sums / totals[:, None] / wanted - 1
    of_all = sums.sum(axis=0) / totals.sum() / wanted - 1
    return float((of_each**2).sum() + len(totals) * (of_all**2).sum())


def _contents(units: Codes, strata: Codes) -> Doubles:
    found = np.zeros((int(units.max(initial=-1)) + 1, int(strata.max(initial=-1)) + 1))
    np.add.at(found, (units, strata), 1)
    return found[:, found.sum(axis=0) > 0]


def _draft(contents: Doubles, wanted: Doubles, rng: np.random.Generator) -> Codes:
    """Return a part per unit: in random order, by where the middle of each unit falls."""
    order = rng.permutation(len(contents))
    sizes = contents.sum(axis=1)[order]
    middles = (np.cumsum(sizes) - sizes / 2) / sizes.sum()
    parts = np.empty(len(contents), dtype=np.int64)
    parts[order] = np.searchsorted(np.cumsum(wanted)[:-1], middles, side="right")
    return parts
