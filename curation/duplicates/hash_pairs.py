"""Pairs of perceptual hashes that differ in few bits, without comparing each with all.

Two hashes that differ in at most 3 of 64 bits agree in at least one of their four quarters, and
two that differ in at most 7 have a quarter in which at most one bit differs. So only hashes with
such quarters are compared (Norouzi, Punjani & Fleet, "Fast exact search in Hamming space with
multi-index hashing", IEEE PAMI 36, 2014). None is missed.
"""

from collections.abc import Iterator

import numpy as np

from curation.duplicates.cells import Pairs
from curation.manifest import Hashes
from ensembles.score_table import Codes

QUARTERS = 4
BITS_OF_A_QUARTER = 64 // QUARTERS
MOST_BITS = 2 * QUARTERS - 1
"""With more, every quarter could differ in two bits."""

PAIRS_AT_ONCE = 4_000_000


def alike_hashes(hashes: Hashes, rows: Codes, bits: int) -> Iterator[Pairs]:
    """Yield pairs of rows whose hashes differ in at most so many bits, some at a time.

    Of many equal hashes only the first is paired with each other, which joins them all the same.

    Args:
        hashes: uint64 (n,).
        rows: Which of them are compared, int64 (m,).
        bits: In [0, MOST_BITS].
    """
    found, first, inverse = np.unique(hashes[rows], return_index=True, return_inverse=True)
    yield rows[first[inverse]], rows
    for left, right in _candidates(found, bits):
        alike = np.bitwise_count(found[left] ^ found[right]) <= bits
        yield rows[first[left[alike]]], rows[first[right[alike]]]


def _candidates(found: Hashes, bits: int) -> Iterator[Pairs]:
    """Yield pairs of places that may differ in at most so many bits; some come more than once."""
    flips = [0] if bits < QUARTERS else [0, *(1 << bit for bit in range(BITS_OF_A_QUARTER))]
    for quarter in range(QUARTERS if bits else 0):
        shift = np.uint64(quarter * BITS_OF_A_QUARTER)
        keys = ((found >> shift) & np.uint64(2**BITS_OF_A_QUARTER - 1)).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        for flip in flips:
            for left, right in _partners(keys[order], flip):
                yield order[left], order[right]


def _partners(keys: Codes, flip: int) -> Iterator[Pairs]:
    """Yield the pairs of places whose keys differ in exactly these bits, each once.

    Args:
        keys: Ascending, int64 (n,).
        flip: The bits; at most one.
    """
    places = np.arange(len(keys))
    partner = keys ^ flip
    begin = np.searchsorted(keys, partner, side="left") if flip else places + 1
    counts = np.searchsorted(keys, partner, side="right") - begin
    counts[partner < keys] = 0  # its partner yields the pair
    bounds = np.concatenate([[0], np.cumsum(counts)])
    start = 0
    while start < len(keys):
        last = int(np.searchsorted(bounds, bounds[start] + PAIRS_AT_ONCE, side="right")) - 1
        end = max(last, start + 1)
        left = np.repeat(places[start:end], counts[start:end])
        within = np.arange(len(left)) - np.repeat(
            bounds[start:end] - bounds[start], counts[start:end]
        )
        yield left, begin[left] + within
        start = end
