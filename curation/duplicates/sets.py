"""Joins numbered things into sets, many pairs at a time."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ensembles.score_table import Codes


class Sets:
    """n things, each a set of its own until it is joined with another.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self._first = np.arange(count, dtype=np.int64)

    @property
    def first(self) -> Codes:
        """The lowest member of the set of each thing, int64 (n,)."""
        return self._first

    def join(self, left: Codes, right: Codes) -> None:
        """Join the sets of each pair, int64 (k,) both."""
        one, other = self._first[left], self._first[right]
        apart = one != other
        if not apart.any():
            return
        pairs = np.stack([one[apart], other[apart]])
        names, inverse = np.unique(pairs, return_inverse=True)
        ends = inverse.reshape(pairs.shape)
        links = csr_array(
            (np.ones(len(one[apart])), (ends[0], ends[1])), shape=(len(names), len(names))
        )
        joined = np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
        lowest = np.full(len(names), len(self._first), dtype=np.int64)
        np.minimum.at(lowest, joined, names)
        renamed = np.arange(len(self._first))
        renamed[names] = lowest[joined]
        self._first = renamed[self._first]
