"""What must not be parted: groups, and whatever near duplicates link."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from curation.duplicates.sets import Sets
from ensembles.score_table import Codes

BURST_GAP = timedelta(seconds=5)
"""Frames of one group that follow each other faster are one burst."""


class SplitBy(StrEnum):
    """What is never parted, besides near duplicates."""

    GROUP = "group"
    CAMERA = "camera"
    BURST = "burst"
    """Weaker than a group: two bursts of one flight show the same land in the same light."""


def units_of(kinds: Sequence[Sequence[str | None]]) -> Codes:
    """Return the unit of each frame, int64 (n,), from 0 and without gaps.

    Frames are in one unit when any of the kinds says the same of both, or frames between them
    link them.

    Args:
        kinds: Names of each frame, n of them a kind; None: it is linked to nobody.
    """
    sets = Sets(len(kinds[0]))
    for names in kinds:
        first: dict[str, int] = {}
        pairs = [
            (first.setdefault(name, row), row) for row, name in enumerate(names) if name is not None
        ]
        left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        sets.join(left, right)
    return np.asarray(np.unique(sets.first, return_inverse=True)[1], dtype=np.int64)


def bursts_of(groups: Sequence[str | None], captured_at: Sequence[str | None]) -> list[str | None]:
    """Return the burst of each frame; a frame without a time is of its group's.

    Args:
        groups: Of each frame.
        captured_at: Of each, ISO 8601.
    """
    bursts = list(groups)
    moments = [None if text is None else datetime.fromisoformat(text) for text in captured_at]
    timed = [row for row, moment in enumerate(moments) if moment is not None]
    timed.sort(key=lambda row: (groups[row] or "", captured_at[row] or "", row))
    for place, row in enumerate(timed):
        before = timed[place - 1] if place else None
        if before is not None and _follows(moments, groups, before, row):
            bursts[row] = bursts[before]
        else:
            bursts[row] = f"{groups[row]} {captured_at[row]}"
    return bursts


def _follows(
    moments: Sequence[datetime | None], groups: Sequence[str | None], before: int, row: int
) -> bool:
    one, other = moments[before], moments[row]
    if one is None or other is None or groups[before] != groups[row]:
        return False
    # A camera's clock and the satellites' cannot be told apart by a difference.
    return (one.tzinfo is None) == (other.tzinfo is None) and other - one <= BURST_GAP
