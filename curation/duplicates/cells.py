"""Pairs of embeddings that are close, without comparing each with all.

The rows are parted into cells around centres. A row is compared with its own cell, and as a guest
with the neighbouring cells in which a close row may lie: when x and y are at most r apart, y's own
centre is at most 2 r farther from x than x's own (the triangle inequality, twice). Of these only
the nearest few are visited, so where space is crowded some pairs that lie across borders are
missed; `benchmarks/curation_scale.py` counts them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from curation.kmeans import centres_of
from ensembles.score_table import Codes
from ensembles.voter import Floats

ROWS_PER_CELL = 500
MOST_CENTRES = 2_000
"""More cannot be learnt from the sample that centres are learnt from."""

ROWS_PER_CENTRE = 20
"""That each centre is learnt from, on average."""

SHORTEST = 1e-12
"""Of a mean: opposite rows have none."""

MOST_VISITS = 2
"""Cells that a row visits besides its own."""

ROWS_AT_ONCE = 1_024
COLUMNS_AT_ONCE = 4_096
"""Similarities that are held at a time: 16 MB."""

ROWS_PER_LOOK = 8_192
"""Rows whose distances to all centres are held at a time: 64 MB."""

NOWHERE = -1

Pairs = tuple[Codes, Codes]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Where m rows live, and where they are guests.

    Args:
        home: The cell of each, int64 (m,).
        visits: Other cells of each, int64 (m, k), `NOWHERE` where there are fewer.
        count: Cells.
    """

    home: Codes
    visits: Codes
    count: int

    def members(self) -> Iterator[tuple[Codes, Codes]]:
        """Yield of each cell the places of those that live there, and of its guests."""
        hosts = _by_code(self.home, self.count)
        guests = _by_code(self.visits.ravel(), self.count)
        width = max(self.visits.shape[1], 1)
        for own, visiting in zip(hosts, guests, strict=True):
            yield own, visiting // width


def close_pairs(
    embeddings: Floats, rows: Codes, cosine: float, rng: np.random.Generator
) -> Iterator[Pairs]:
    """Yield pairs of rows whose embeddings have at least this cosine, some at a time.

    Args:
        embeddings: float32 (n, d), rows of length 1; may lie on the disk.
        rows: Which of them are compared, int64 (m,).
        cosine: In (0, 1].
        rng: Of the centres.
    """
    if len(rows) < 2:
        return
    cells = _cells_of(embeddings, rows, cosine, rng)
    for own, visiting in cells.members():
        hosts = rows[own]
        their = embeddings[hosts]
        yield from _among(their, hosts, cosine)
        for start in range(0, len(visiting), ROWS_AT_ONCE):
            guests = rows[visiting[start : start + ROWS_AT_ONCE]]
            for left, right in _close(embeddings[guests], their, cosine):
                yield guests[left], hosts[right]


def _among(vectors: Floats, rows: Codes, cosine: float) -> Iterator[Pairs]:
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        part = vectors[start : start + ROWS_AT_ONCE]
        for left, right in _close(part, vectors[start:], cosine):
            earlier = left < right
            yield rows[start + left[earlier]], rows[start + right[earlier]]


def _close(some: Floats, others: Floats, cosine: float) -> Iterator[Pairs]:
    for start in range(0, len(others), COLUMNS_AT_ONCE):
        near = some @ others[start : start + COLUMNS_AT_ONCE].T >= cosine
        left, right = np.nonzero(near)
        yield left, start + right


def _cells_of(embeddings: Floats, rows: Codes, cosine: float, rng: np.random.Generator) -> Cells:
    wanted = min(-(-len(rows) // ROWS_PER_CELL), MOST_CENTRES)
    centres = _learnt(embeddings, rows, wanted, rng)
    count = len(centres)
    visits = min(MOST_VISITS, count - 1)
    reach = 2 * float(np.sqrt(max(0.0, 2 - 2 * cosine)))
    home = np.empty(len(rows), dtype=np.int64)
    visited = np.full((len(rows), visits), NOWHERE, dtype=np.int64)
    for start in range(0, len(rows), ROWS_PER_LOOK):
        part = slice(start, start + ROWS_PER_LOOK)
        squares = 2 - 2 * (embeddings[rows[part]] @ centres.T)
        order = _nearest_few(squares, visits + 1)
        far = np.sqrt(np.maximum(np.take_along_axis(squares, order, axis=1), 0))
        home[part] = order[:, 0]
        within = far[:, 1:] <= far[:, :1] + reach
        visited[part] = np.where(within, order[:, 1:], NOWHERE)
    return Cells(home, visited, count)


def _learnt(embeddings: Floats, rows: Codes, count: int, rng: np.random.Generator) -> Floats:
    """Return centres of length 1: the mean of unlike rows is short, and near to everything."""
    most = min(len(rows), count * ROWS_PER_CENTRE)
    sample = np.sort(rng.choice(len(rows), most, replace=False))
    centres = centres_of(np.asarray(embeddings[rows[sample]]), count, rng)
    lengths = np.linalg.norm(centres, axis=1, keepdims=True)
    return np.asarray(centres / np.maximum(lengths, SHORTEST), dtype=np.float32)


def _nearest_few(squares: Floats, count: int) -> Codes:
    """Return the columns of the smallest numbers of each row, smallest first, int64 (n, count)."""
    few = np.argpartition(squares, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(squares, few, axis=1), axis=1)
    return np.take_along_axis(few, order, axis=1)


def _by_code(codes: Codes, count: int) -> list[Codes]:
    """Return the places of each code from 0 to count - 1; other codes are left out."""
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(count + 1))
    return np.split(order, bounds)[1:-1]
