"""Rounds the cells of a two-way table at random, so that rows, columns and the total hold.

Gandhi, Khuller, Parthasarathy & Srinivasan, "Dependent rounding and its applications to
approximation algorithms", Journal of the ACM 53 (2006); for statistical tables Cox, "A constructive
procedure for unbiased controlled rounding", Journal of the American Statistical Association 82
(1987).
"""

from collections.abc import Sequence

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import Codes

CLOSE = 1e-9
"""Nearer to a whole number than this is one: what rounding errors of sums leave over."""

Step = tuple[int, int]
"""An edge, and the vertex it leads to."""


def rounded(fractions: Doubles, rows: Codes, columns: Codes, rng: np.random.Generator) -> Codes:
    """Return 0 or 1 for each cell, 1 with the probability that the cell says.

    The sum of each row and each column becomes one of the two whole numbers next to what it was;
    the sum of all, when it is whole, stays.

    Args:
        fractions: Of the cells, float64 (m,), in [0, 1].
        rows: Of each cell, int64 (m,), from 0.
        columns: Of each cell, int64 (m,), from 0.
        rng: Chance.
    """
    row_sums = np.bincount(rows, weights=fractions)
    slack = np.ceil(row_sums - CLOSE) - row_sums
    filled = np.flatnonzero(slack > CLOSE)
    table = _Table(
        np.concatenate([fractions, slack[filled]]),
        np.concatenate([rows, filled]),
        np.concatenate([columns, np.full(len(filled), columns.max(initial=-1) + 1)]),
        rng,
    )
    # One more column fills each row up to a whole number; its own sum is whole as the total is.
    return np.asarray(table.settle()[: len(fractions)])


class _Table:
    """A table as a graph: rows and columns are vertices, the cells not yet whole are edges."""

    def __init__(
        self, values: Doubles, rows: Codes, columns: Codes, rng: np.random.Generator
    ) -> None:
        first_column = int(rows.max(initial=-1)) + 1
        self._values: list[float] = values.tolist()
        self._ends = list(zip(rows.tolist(), (columns + first_column).tolist(), strict=True))
        self._open: list[dict[int, None]] = [
            {} for _ in range(first_column + int(columns.max(initial=-1)) + 1)
        ]
        self._rng = rng
        for edge, value in enumerate(self._values):
            if CLOSE < value < 1 - CLOSE:
                for vertex in self._ends[edge]:
                    self._open[vertex][edge] = None

    def settle(self) -> Codes:
        """Move along paths and cycles until every cell is whole, and return the cells."""
        for vertex, edges in enumerate(self._open):
            while edges:
                self._walk(vertex)
        return np.asarray(np.rint(self._values), dtype=np.int64)

    def _walk(self, start: int) -> None:
        """Walk until no new edge leads on; move along each cycle that is met on the way."""
        path, met, dead_end = [(-1, start)], {start: 0}, False
        while True:
            came_by, at = path[-1]
            edge = next((each for each in self._open[at] if each != came_by), None)
            if edge is None and (dead_end or len(path) == 1):
                self._move([edge for edge, _ in path[1:]])
                return
            if edge is None:  # walk back, so that the path cannot be made longer at either end
                path, met, dead_end = [(-1, at)], {at: 0}, True
                continue
            one, other = self._ends[edge]
            path.append((edge, other if at == one else one))
            self._close(path, met)

    def _close(self, path: list[Step], met: dict[int, int]) -> None:
        """Move along the cycle that the last step closes, if any, and leave only what led up."""
        at = path[-1][1]
        if at not in met:
            met[at] = len(path) - 1
            return
        cycle = path[met[at] + 1 :]
        del path[met[at] + 1 :]
        for _, vertex in cycle[:-1]:
            del met[vertex]
        self._move([edge for edge, _ in cycle])

    def _move(self, path: Sequence[int]) -> None:
        """Add to every other edge and take from those between, until one of them is whole."""
        if not path:
            return
        values = self._values
        rising, falling = path[::2], path[1::2]
        up = min([*(1 - values[e] for e in rising), *(values[e] for e in falling)])
        down = min([*(values[e] for e in rising), *(1 - values[e] for e in falling)])
        change = up if self._rng.random() * (up + down) < down else -down
        for edge in rising:
            self._set(edge, values[edge] + change)
        for edge in falling:
            self._set(edge, values[edge] - change)

    def _set(self, edge: int, value: float) -> None:
        self._values[edge] = value
        if not CLOSE < value < 1 - CLOSE:
            for vertex in self._ends[edge]:
                del self._open[vertex][edge]
