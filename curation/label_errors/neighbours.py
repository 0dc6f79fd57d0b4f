"""What the frames nearest in embedding space are labelled as."""

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import Codes
from ensembles.voter import Floats

ROWS_AT_ONCE = 1024
WARMTH = 0.05
TINY = 1e-30
"""Keeps a frame without neighbours from dividing by nothing."""


def nearest_rows(embeddings: Floats, count: int) -> tuple[Codes, Floats]:
    """Return the other rows that are most similar to each, and the cosines.

    Args:
        embeddings: float32 (n, d), rows of length 1.
        count: How many; at most n - 1 come.

    Returns:
        int64 (n, k) and float32 (n, k), not sorted.
    """
    most = min(count, len(embeddings) - 1)
    rows = np.empty((len(embeddings), most), dtype=np.int64)
    cosines = np.empty((len(embeddings), most), dtype=np.float32)
    for start in range(0, len(embeddings), ROWS_AT_ONCE):
        near = embeddings[start : start + ROWS_AT_ONCE] @ embeddings.T
        own = np.arange(len(near))
        near[own, start + own] = -np.inf
        best = np.argpartition(-near, max(most - 1, 0), axis=1)[:, :most]
        rows[start : start + len(near)] = best
        cosines[start : start + len(near)] = np.take_along_axis(near, best, axis=1)
    return rows, cosines


def shares_of_classes(rows: Codes, cosines: Floats, labels: Codes, classes: int) -> Doubles:
    """Return which share of each frame's neighbours has which label, float64 (n, classes).

    The more alike a neighbour is, the more it counts: e-fold for every `WARMTH` of cosine.

    Args:
        rows: Neighbours of each frame, int64 (n, k).
        cosines: Of each neighbour, float32 (n, k).
        labels: Of all frames, int64 (n,).
        classes: How many there are.
    """
    shares = np.zeros((len(rows), classes))
    weights = np.exp((cosines.astype(np.float64) - 1) / WARMTH)
    np.add.at(shares, (np.arange(len(rows))[:, None], labels[rows]), weights)
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), TINY))
