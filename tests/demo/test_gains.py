"""Gains of a vote: measured on all frames, with intervals from resampled flights."""

import numpy as np

from demo.evaluate import Scored
from demo.gains import precision_gain_of_and, recall_gain_of_or
from demo.measures import Truth


def scored(flights: int) -> Scored:
    """Return flights of four frames: two voters, each finds one of two hikers, both like a rock."""
    scores = np.tile(np.array([[1, 0], [0, 1], [1, 1], [1, 0]], np.float32), (flights, 1))
    hiker, nothing = frozenset({"a"}), frozenset[str]()
    return Scored(
        voters=("first", "second"),
        thresholds=(0.5, 0.5),
        scores=scores,
        truth=Truth(
            (hiker, hiker, hiker, nothing) * flights,
            tuple(f"flight-{k}" for k in range(flights) for _ in range(4)),
        ),
        settled=np.ones(4 * flights, dtype=bool),
    )


def test_or_gains_what_the_best_voter_misses() -> None:
    gain = recall_gain_of_or(scored(10))

    assert gain.value == np.float32(1) - np.float64(2 / 3)
    assert gain.low <= gain.value <= gain.high


def test_and_gains_no_precision_over_a_voter_that_is_never_wrong() -> None:
    assert precision_gain_of_and(scored(10)).value == 0.0
