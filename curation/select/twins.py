"""Sets of near duplicates: frames so alike that one label says it of all."""

import numpy as np

from curation.duplicates.alike import Likeness, Looks, stood_for
from ensembles.score_table import Codes
from ensembles.voter import Floats


def twins_of(looks: Looks, clusters: Codes, cosine: float) -> Codes:
    """Return the set of near duplicates of each frame, int64 (n,), from 0, without gaps.

    Each frame joins the first one before it that it is alike to, and that itself joined none: a
    slow pan does not become one set by being alike step by step. Only frames of one cluster are
    compared, so a set that lies across a border counts as two.

    Args:
        looks: n frames. Where none of them has a hash, embeddings alone decide.
        clusters: Of each frame, int64 (n,).
        cosine: From which two frames are alike, if their hashes do not speak against it.
    """
    likeness = Likeness(cosine=cosine)
    if not looks.has_hash.any():
        likeness = Likeness(hash_bits=None, cosine=cosine, loose_bits=None)
    stands = stood_for(looks, likeness, clusters, np.arange(len(clusters), dtype=np.int64))
    return np.asarray(np.unique(stands, return_inverse=True)[1], dtype=np.int64)


def without_hashes(embeddings: Floats) -> Looks:
    """Return what frames look like of which nothing but embeddings is known."""
    count = len(embeddings)
    return Looks(embeddings, np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=bool))
