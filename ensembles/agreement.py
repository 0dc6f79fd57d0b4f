"""Who finds what, alone and together, and what the gate misses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.dial import Doubles
from ensembles.score_table import Codes, ScoreTable


@dataclass(frozen=True, slots=True)
class Company:
    """Voters that say yes together, and to what.

    Args:
        voters: Columns of the score table; empty when nobody says yes.
        objects: Objects found by exactly these, each in any of its frames.
        false_alarms: Negative (or unlabelled) frames kept by exactly these.
    """

    voters: tuple[int, ...]
    objects: int
    false_alarms: int


def agreement(table: ScoreTable, thresholds: Sequence[float]) -> tuple[Company, ...]:
    """Return every company that occurs, most objects first; an abstention is no yes.

    Args:
        table: Full ballots.
        thresholds: One per voter of the table.
    """
    objects = _companies(
        np.stack([table.best_by_object(yes) > 0 for yes in _yes(table, thresholds).T], axis=1)
    )
    alarms = _companies(_yes(table.negatives(), thresholds) > 0)
    found = [
        Company(company, objects.get(company, 0), alarms.get(company, 0))
        for company in {*objects, *alarms}
    ]
    return tuple(sorted(found, key=lambda each: (-each.objects, -each.false_alarms, each.voters)))


def nearest_frames_of_missed(table: ScoreTable, dial: Doubles, t: float) -> Codes:
    """Return the best frame of every object below t, as rows, those nearly found first.

    Args:
        table: n frames.
        dial: The rule's score of every frame, shape (n,).
        t: From which a frame is kept.
    """
    rows, objects = table.sightings()
    best_first = np.argsort(-dial[rows], kind="stable")
    _, firsts = np.unique(objects[best_first], return_index=True)
    nearest = rows[best_first[np.sort(firsts)]]
    return np.asarray(nearest[dial[nearest] < t], dtype=np.int64)


def _yes(table: ScoreTable, thresholds: Sequence[float]) -> Doubles:
    """Return 1 where a voter says yes, shape (n, voters)."""
    return (table.scores.astype(np.float64) >= np.asarray(thresholds)).astype(np.float64)


def _companies(yes: npt.NDArray[np.bool_]) -> dict[tuple[int, ...], int]:
    """Return how many rows have each combination of columns."""
    patterns, counts = np.unique(yes, axis=0, return_counts=True)
    return {
        tuple(int(column) for column in np.flatnonzero(pattern)): int(count)
        for pattern, count in zip(patterns, counts, strict=True)
    }
