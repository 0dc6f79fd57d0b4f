"""Which frames are so alike that one of them stands for all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.duplicates.cells import close_pairs
from curation.duplicates.hash_pairs import MOST_BITS, alike_hashes
from curation.duplicates.sets import Sets
from curation.manifest import Hashes, has_embedding
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from ensembles.voter import Floats

Bools = npt.NDArray[np.bool_]

ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, slots=True)
class Likeness:
    """From when two frames are alike: hashes that differ in few bits are enough.

    So are hashes that differ in more when the embeddings are close as well. Embeddings alone say
    that two frames show the same kind of thing, which is no reason to leave one out.

    Args:
        hash_bits: Bits in which the hashes differ at most; None: hashes alone are not enough.
        cosine: Of the embeddings, in (0, 1]; None: embeddings do not count.
        loose_bits: Bits in which hashes differ at most where the embeddings are close; None:
            any number.

    Raises:
        ConfigError: A number is out of its range.
    """

    hash_bits: int | None = 6
    cosine: float | None = 0.95
    loose_bits: int | None = 16

    def __post_init__(self) -> None:
        if self.cosine is not None and not 0 < self.cosine <= 1:
            raise ConfigError(f"the cosine must lie in (0, 1], not {self.cosine:g}")
        if self.hash_bits is not None and not 0 <= self.hash_bits <= MOST_BITS:
            raise ConfigError(f"hash bits must lie in 0 to {MOST_BITS}, not {self.hash_bits}")


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What n frames look like.

    Args:
        embeddings: float32 (n, d), rows of length 1, NaN where there is none; may lie on the disk.
        hashes: uint64 (n,).
        has_hash: Which of them have one, bool (n,).
    """

    embeddings: Floats
    hashes: Hashes
    has_hash: Bools

    def with_embedding(self) -> Bools:
        """Return which frames have an embedding, bool (n,); reads them in turn."""
        count = len(self.hashes)
        if not self.embeddings.shape[1]:
            return np.zeros(count, dtype=bool)
        starts = range(0, count, ROWS_AT_ONCE)
        parts = [has_embedding(self.embeddings[start : start + ROWS_AT_ONCE]) for start in starts]
        return np.concatenate([np.zeros(0, dtype=bool), *parts])

    def cosines(self, row: int, others: Codes) -> Floats:
        """Return how close other frames are to one, float32; -1 where an embedding is missing."""
        if not self.embeddings.shape[1]:
            return np.full(len(others), -1, dtype=np.float32)
        return np.asarray(np.nan_to_num(self.embeddings[others] @ self.embeddings[row], nan=-1))

    def bits_apart(self, rows: Codes, others: Codes) -> Codes:
        """Return in how many bits the hashes of frames differ; 64 where one is missing."""
        bits = np.bitwise_count(self.hashes[others] ^ self.hashes[rows]).astype(np.int64)
        return np.where(self.has_hash[others] & self.has_hash[rows], bits, 64)


def linked_sets(
    looks: Looks, likeness: Likeness, rng: np.random.Generator, *, among: Bools | None = None
) -> Codes:
    """Return the set of each frame, as the number of its first member, int64 (n,).

    Frames are in one set when they are alike, or linked by others that are: a slow pan is one set.

    Args:
        looks: n frames.
        likeness: From when two are alike.
        rng: Of the parting that makes it fast.
        among: Which frames are compared, bool (n,); all by default.
    """
    chosen = np.ones(len(looks.hashes), dtype=bool) if among is None else among
    sets = Sets(len(looks.hashes))
    if likeness.hash_bits is not None:
        rows = np.flatnonzero(chosen & looks.has_hash)
        for left, right in alike_hashes(looks.hashes, rows, likeness.hash_bits):
            sets.join(left, right)
    if likeness.cosine is not None:
        rows = np.flatnonzero(chosen & looks.with_embedding())
        for left, right in close_pairs(looks.embeddings, rows, likeness.cosine, rng):
            near = _near_enough(looks, likeness, left, right)
            sets.join(left[near], right[near])
    return sets.first


def stood_for(looks: Looks, likeness: Likeness, sets: Codes, order: Codes) -> Codes:
    """Return which frame stands for each, int64 (n,): itself, or one that it is alike to.

    The first frame of a set in `order` stands for all that are alike to it, the first that is left
    for those of the rest that are alike to that, and so on. So nothing goes by being alike to
    something that goes itself, and of a slow pan several frames stay.

    Args:
        looks: n frames.
        likeness: From when two are alike.
        sets: Of each frame, from `linked_sets`.
        order: All frames, the one to keep first, int64 (n,).
    """
    stands = np.arange(len(sets), dtype=np.int64)
    by_set = order[np.argsort(sets[order], kind="stable")]
    bounds = np.flatnonzero(np.diff(sets[by_set], prepend=-1, append=-1))
    sizes = np.diff(bounds)
    for start, size in zip(bounds[:-1][sizes > 1], sizes[sizes > 1], strict=True):
        left = by_set[start : start + size]
        while len(left) > 1:
            kept, others = int(left[0]), left[1:]
            near = _alike(looks, likeness, kept, others)
            stands[others[near]] = kept
            left = others[~near]
    return stands


def _alike(looks: Looks, likeness: Likeness, row: int, others: Codes) -> Bools:
    near = np.zeros(len(others), dtype=bool)
    rows = np.full(len(others), row)
    if likeness.hash_bits is not None:
        near |= looks.bits_apart(rows, others) <= likeness.hash_bits
    if likeness.cosine is not None:
        close = looks.cosines(row, others) >= likeness.cosine
        near |= close & _near_enough(looks, likeness, rows, others)
    return near


def _near_enough(looks: Looks, likeness: Likeness, left: Codes, right: Codes) -> Bools:
    """Return which pairs of close embeddings have hashes that do not speak against it."""
    if likeness.loose_bits is None:
        return np.ones(len(left), dtype=bool)
    return np.asarray(looks.bits_apart(left, right) <= likeness.loose_bits)
