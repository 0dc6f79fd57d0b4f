"""What the frames nearest in embedding space are labelled as."""

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import Codes
from ensembles.voter import Floats

ROWS_AT_ONCE = 1024


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


def shares_of_classes(rows: Codes, labels: Codes, classes: int) -> Doubles:
    """Return which share of each frame's neighbours has which label, float64 (n, classes)."""
    votes = np.zeros((len(rows), classes))
    np.add.at(votes, (np.arange(len(rows))[:, None], labels[rows]), 1)
    return np.asarray(votes / max(rows.shape[1], 1))
