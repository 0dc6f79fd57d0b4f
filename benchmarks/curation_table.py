"""Figures of paired runs as cells of a table: what it came to, and what it gained over random."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import t as student

CONFIDENCE = 0.95


def mean_of(values: Sequence[float]) -> str:
    """Return the mean."""
    return f"{np.mean(values):.3f}"


def gain(values: Sequence[float], over: Sequence[float]) -> str:
    """Return the mean of paired differences and its interval, Student's t over the seeds."""
    differences = np.array(values) - np.array(over)
    middle, half = differences.mean(), half_width(differences)
    return f"{middle:+.3f} ({middle - half:+.3f} to {middle + half:+.3f})"


def half_width(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Return half of the 95 % interval of a mean."""
    count = len(differences)
    if count < 2:
        return float("inf")
    spread = differences.std(ddof=1) / np.sqrt(count)
    return float(student.ppf((1 + CONFIDENCE) / 2, count - 1) * spread)
