"""Draws a sample whose inclusion probabilities are given, even over two divisions at once.

Systematic sampling in each cell (Madow, "On the theory of systematic sampling, II", Annals of
Mathematical Statistics 20, 1949), with the number that each cell gives settled beforehand.
"""

import numpy as np

from curation.select.rounding import CLOSE, rounded
from ensembles.dial import Doubles
from ensembles.score_table import Codes


def drawn(probabilities: Doubles, rows: Codes, columns: Codes, rng: np.random.Generator) -> Codes:
    """Return the places that are drawn, ascending, int64 (k,).

    Each place is drawn with its probability. How many come of each row and each column is one of
    the two whole numbers next to the sum of its probabilities; so it is for all together.

    Args:
        probabilities: float64 (n,), in [0, 1].
        rows: Of each place, int64 (n,), from 0.
        columns: Of each place, int64 (n,), from 0.
        rng: Chance.
    """
    if not len(probabilities):
        return np.empty(0, dtype=np.int64)
    shuffled = rng.permutation(len(probabilities))
    cells, cell_of = np.unique(
        np.stack([rows[shuffled], columns[shuffled]]), axis=1, return_inverse=True
    )
    order = np.argsort(cell_of, kind="stable")
    ordered, cell_of = shuffled[order], cell_of[order]
    sums = np.bincount(cell_of, weights=probabilities[ordered])
    whole = np.floor(sums + CLOSE)
    parts = np.clip(sums - whole, 0, 1)
    one_more = rounded(parts, cells[0], cells[1], rng)
    # A start below the fraction gives one more, a start above it does not: chosen so, and at
    # random within, starts are uniform, as systematic sampling asks.
    chance = rng.random(len(sums))
    starts = np.where(one_more, chance * parts, parts + chance * (1 - parts))
    return np.sort(ordered[_passed(probabilities[ordered], cell_of, starts)])


def _passed(probabilities: Doubles, cells: Codes, starts: Doubles) -> Codes:
    """Return where the running sum of a cell passes its start, its start + 1, and so on.

    Args:
        probabilities: float64 (n,), the places of a cell one after another.
        cells: Of each place, ascending, int64 (n,).
        starts: Of each cell, in [0, 1).
    """
    first = np.concatenate([[0], np.flatnonzero(np.diff(cells)) + 1])
    running = np.cumsum(probabilities)
    before = np.concatenate([[0.0], running])[first]
    passed = np.floor(running - before[cells] - starts[cells] + 1)
    counts = np.diff(passed, prepend=0)
    counts[first] = passed[first]
    return np.flatnonzero(counts > 0)
