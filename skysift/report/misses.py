"""The objects that the gate would miss, each by its nearest frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from ensembles.agreement import nearest_frames_of_missed
from ensembles.calibrate import Calibration
from ensembles.operating_points import path_thresholds
from ensembles.point import dial_of
from ensembles.score_table import ScoreTable
from skysift.report.thumbnails import thumbnail

Pictures = Callable[[str], Path | None]
"""From the id of a frame to its picture, or None when there is none."""

MOST_SHOWN = 60
"""Missed objects on the page: what a person looks through, and less than a megabyte."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one voter said.

    Args:
        voter: Its name.
        value: Its score; None when it abstained.
        threshold: At the calibrated dial.
        used: Whether the calibrated rule asks it.
    """

    voter: str
    value: float | None
    threshold: float
    used: bool


@dataclass(frozen=True, slots=True)
class Miss:
    """An object that no kept frame shows.

    Args:
        name: Id of its best frame.
        image: A data URI; None when there is no picture to read.
        scores: One per voter.
    """

    name: str
    image: str | None
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Misses:
    """What is missed on the whole table, those nearly found first.

    Args:
        total: Missed objects.
        shown: At most `MOST_SHOWN` of them.
    """

    total: int
    shown: tuple[Miss, ...]


def misses_of(
    table: ScoreTable, calibration: Calibration, *, ids: Sequence[str], pictures: Pictures | None
) -> Misses:
    """Return the missed objects; frames without an id are called by their row, from 1."""
    point = calibration.point
    dial = dial_of(table, point.candidate, calibration.scales, point.floors)
    rows = [int(row) for row in nearest_frames_of_missed(table, dial, point.dial)]
    thresholds = path_thresholds(table, calibration)
    shown = [
        Miss(
            name=ids[row] if len(ids) else f"row {row + 1}",
            image=_image(ids[row], pictures) if len(ids) else None,
            scores=_scores(table, row, thresholds, used=point.candidate.voters),
        )
        for row in rows[:MOST_SHOWN]
    ]
    return Misses(len(rows), tuple(shown))


def _image(name: str, pictures: Pictures | None) -> str | None:
    picture = pictures(name) if pictures else None
    return None if picture is None else thumbnail(picture)


def _scores(
    table: ScoreTable, row: int, thresholds: Sequence[float], *, used: Sequence[int]
) -> tuple[Score, ...]:
    values = [float(value) for value in table.scores[row]]
    return tuple(
        Score(name, None if isnan(value) else value, threshold, column in used)
        for column, (name, value, threshold) in enumerate(
            zip(table.voters, values, thresholds, strict=True)
        )
    )
