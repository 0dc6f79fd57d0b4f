"""Sets of near duplicates: frames so alike that one label says it of all."""

from itertools import pairwise

import numpy as np

from ensembles.score_table import Codes
from ensembles.voter import Floats


def twins_of(embeddings: Floats, clusters: Codes, cosine: float) -> Codes:
    """Return the set of near duplicates of each frame, int64 (n,), from 0, without gaps.

    Each frame joins the first one before it that it is alike to, and that itself joined none: a
    slow pan does not become one set by being alike step by step. Only frames of one cluster are
    compared, so a set that lies across a border counts as two.

    Args:
        embeddings: float32 (n, d), rows of length 1.
        clusters: Of each frame, int64 (n,).
        cosine: From which two frames are alike.
    """
    leader = np.arange(len(embeddings))
    order = np.argsort(clusters, kind="stable")
    bounds = np.flatnonzero(np.diff(clusters[order], prepend=-1, append=-1))
    for start, end in pairwise(bounds):
        rows = order[start:end]
        leader[rows] = rows[_leaders(embeddings[rows], cosine)]
    return np.asarray(np.unique(leader, return_inverse=True)[1], dtype=np.int64)


def _leaders(embeddings: Floats, cosine: float) -> Codes:
    leader = np.full(len(embeddings), -1, dtype=np.int64)
    for row in range(len(embeddings)):
        if leader[row] < 0:
            later = row + np.flatnonzero(leader[row:] < 0)
            alike = later[embeddings[later] @ embeddings[row] >= cosine]
            leader[alike] = row
            leader[row] = row
    return leader
