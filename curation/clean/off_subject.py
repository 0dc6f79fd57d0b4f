"""Frames that are far from all others."""

import numpy as np

from ensembles.dial import Doubles
from ensembles.score_table import Codes
from ensembles.voter import Floats

NEIGHBOURS = 5
MOST_REFERENCES = 20_000
"""Frames that each is compared with, drawn at random: so time does not grow with the square."""

FEWEST = 30
"""Below it nobody can say what is usual."""

ROWS_AT_ONCE = 1_024
TO_DEVIATION = 1.4826
"""From a median absolute deviation to the standard deviation of a normal distribution."""


def strangeness(embeddings: Floats, rows: Codes, rng: np.random.Generator) -> Doubles:
    """Return how far each frame is from its nearest neighbours, float64 (m,), in deviations.

    The distance is 1 less the mean cosine to the nearest few; from it the median over all frames
    is taken, and the rest is divided by their deviation, both in a way that the strange frames
    themselves do not move (Hampel, "The influence curve and its role in robust estimation", 1974).
    All are 0 when there are too few frames, or they are all as far.

    Args:
        embeddings: float32 (n, d), rows of length 1; may lie on the disk.
        rows: Which of them count, int64 (m,), none of them a duplicate of another: a burst of
            strange frames would keep itself company.
        rng: Of the frames that each is compared with.
    """
    if len(rows) < FEWEST:
        return np.zeros(len(rows))
    distances = _distances(embeddings, rows, rng)
    middle = np.median(distances)
    deviation = TO_DEVIATION * np.median(np.abs(distances - middle))
    return (distances - middle) / deviation if deviation else np.zeros(len(rows))


def _distances(embeddings: Floats, rows: Codes, rng: np.random.Generator) -> Doubles:
    most = min(len(rows), MOST_REFERENCES)
    chosen = np.sort(rng.choice(len(rows), most, replace=False))
    references = np.asarray(embeddings[rows[chosen]])
    found = np.empty(len(rows))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = np.arange(start, min(start + ROWS_AT_ONCE, len(rows)))
        near = embeddings[rows[part]] @ references.T
        near[part[:, None] == chosen] = -1  # a frame is not its own neighbour
        nearest = np.partition(near, most - NEIGHBOURS, axis=1)[:, most - NEIGHBOURS :]
        found[part] = 1 - nearest.mean(axis=1)
    return found
