"""k-means on embeddings: found on a sample, so that a million frames take no longer to learn from.

Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28 (1982),
started as in Bahmani et al., "Scalable k-means++", VLDB 5 (2012): a few rounds in which rows far
from every centre are likely to become one, so that rare kinds of frames get centres too.
"""

import numpy as np

from ensembles.score_table import Codes
from ensembles.voter import Floats

SAMPLE = 20_000
"""Rows that centres are learnt from."""

SEEDING_ROUNDS = 8
LLOYD_ROUNDS = 12
ROWS_AT_ONCE = 8192
"""Distances to all centres are held for so many rows: 32 MB for 1,000 centres."""


def clusters_of(embeddings: Floats, count: int, rng: np.random.Generator) -> Codes:
    """Return the cluster of each row, int64 (n,), from 0 and without gaps.

    Args:
        embeddings: float32 (n, d), finite.
        count: Of clusters; fewer come out when there are fewer different rows.
        rng: Of the sample and the start.
    """
    if not len(embeddings):
        return np.empty(0, dtype=np.int64)
    codes = nearest(embeddings, centres_of(embeddings, count, rng))[0]
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)


def centres_of(embeddings: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Return the centres of clusters, float32 (k, d); arguments as for `clusters_of`, n > 0."""
    most = min(len(embeddings), SAMPLE)
    sample = embeddings[np.sort(rng.choice(len(embeddings), most, replace=False))]
    centres = _seeded(sample, count, rng)
    for _ in range(LLOYD_ROUNDS):
        centres = _means(sample, nearest(sample, centres)[0], centres)
    return centres


def nearest(rows: Floats, centres: Floats) -> tuple[Codes, Floats]:
    """Return the nearest centre of each row, and the squared distance to it."""
    codes = np.empty(len(rows), dtype=np.int64)
    distances = np.empty(len(rows), dtype=np.float32)
    norms = (centres**2).sum(axis=1)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        near = norms - 2 * (rows[part] @ centres.T)
        codes[part] = near.argmin(axis=1)
        distances[part] = near.min(axis=1) + (rows[part] ** 2).sum(axis=1)
    return codes, np.maximum(distances, 0)


def _seeded(sample: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Return centres to start from, each round's drawn by squared distance from those before."""
    centres = sample[rng.integers(len(sample), size=1)]
    distances = nearest(sample, centres)[1]
    for left in range(SEEDING_ROUNDS, 0, -1):
        wanted = -(-(count - len(centres)) // left)
        far = distances.astype(np.float64)
        most = min(wanted, int((far > 0).sum()))
        if most < 1:
            break
        drawn = rng.choice(len(sample), most, replace=False, p=far / far.sum())
        centres = np.concatenate([centres, sample[drawn]])
        distances = np.minimum(distances, nearest(sample, sample[drawn])[1])
    return centres


def _means(rows: Floats, codes: Codes, centres: Floats) -> Floats:
    """Return the mean row of each cluster; a centre that lost all its rows stays where it is."""
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    counts = np.diff([*starts, len(rows)])
    moved = centres.copy()
    moved[present] = np.add.reduceat(rows[order], starts, axis=0) / counts[:, None]
    return moved
