"""Scores of every voter on labelled frames: all that calibration needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ensembles.dial import Doubles
from ensembles.errors import ConfigError
from ensembles.voter import Floats

Codes = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp] | npt.NDArray[np.bool_]

POSITIVE, NEGATIVE, UNLABELLED = 1, 0, -1
NOBODY = -1
"""The code of a frame without an object, or without a group."""


class Sightings(NamedTuple):
    """Which frame shows which object.

    Args:
        rows: int64, shape (m,): a frame, by its place in the table.
        objects: int64, shape (m,): the code of an object it shows.
    """

    rows: Codes
    objects: Codes


NO_SIGHTINGS = Sightings(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Full ballots on n frames.

    Args:
        voters: Names, one per column of `scores`.
        scores: float32, shape (n, voters), in [0, 1]; NaN where a voter abstained.
        labels: int8, shape (n,): `POSITIVE`, `NEGATIVE` or `UNLABELLED`.
        objects: int64, shape (n,): which object a positive frame shows, or `NOBODY`.
        groups: int64, shape (n,): the flight or mission a frame belongs to, or `NOBODY`.
        further: What else a positive frame shows, besides its entry in `objects`.

    Raises:
        ValueError: The shapes do not fit.
    """

    voters: tuple[str, ...]
    scores: Floats
    labels: npt.NDArray[np.int8]
    objects: Codes
    groups: Codes
    further: Sightings = NO_SIGHTINGS

    def __post_init__(self) -> None:
        frames = len(self.labels)
        if self.scores.shape != (frames, len(self.voters)):
            raise ValueError(
                f"scores of shape {self.scores.shape} do not fit {frames} labels and "
                f"{len(self.voters)} voters"
            )
        if len(self.objects) != frames or len(self.groups) != frames:
            raise ValueError(f"objects and groups must have {frames} entries each")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Rows) -> "ScoreTable":
        """Return the table of the chosen frames; none may be chosen twice."""
        return ScoreTable(
            self.voters,
            self.scores[rows],
            self.labels[rows],
            self.objects[rows],
            self.groups[rows],
            self._further_of(rows),
        )

    def _further_of(self, rows: Rows) -> Sightings:
        if not self.further.rows.size:
            return NO_SIGHTINGS
        chosen = np.arange(len(self))[rows]
        place = np.full(len(self), NOBODY)
        place[chosen] = np.arange(len(chosen))
        moved = place[self.further.rows]
        here = moved != NOBODY
        return Sightings(moved[here], self.further.objects[here])

    def of_voters(self, names: Sequence[str]) -> "ScoreTable":
        """Return the table with only these voters, in this order.

        Raises:
            ConfigError: There are no scores of some.
        """
        missing = [name for name in names if name not in self.voters]
        if missing:
            raise ConfigError(
                [
                    f"voter {name!r} has no column score_{name}; there are {', '.join(self.voters)}"
                    for name in missing
                ]
            )
        columns = [self.voters.index(name) for name in names]
        return replace(self, voters=tuple(names), scores=self.scores[:, columns])

    def negatives(self) -> "ScoreTable":
        """Return the frames labelled negative, or the unlabelled ones where there are none."""
        negative = self.labels == NEGATIVE
        return self.take(negative if negative.any() else self.labels == UNLABELLED)

    def sightings(self) -> Sightings:
        """Return every counted object with every frame that shows it.

        A positive frame without an object id counts as an object of its own.
        """
        shown = np.flatnonzero(self.labels == POSITIVE)
        highest = max(self.objects.max(initial=NOBODY), self.further.objects.max(initial=NOBODY))
        own = shown + (highest + 1)
        first = np.where(self.objects[shown] == NOBODY, own, self.objects[shown])
        if not self.further.rows.size:
            return Sightings(shown, first)
        positive = self.labels[self.further.rows] == POSITIVE
        return Sightings(
            np.concatenate([shown, self.further.rows[positive]]),
            np.concatenate([first, self.further.objects[positive]]),
        )

    @property
    def positives(self) -> int:
        """How many objects are counted."""
        return int(np.unique(self.sightings().objects).size)

    def best_by_object(self, dial: Doubles) -> Doubles:
        """Return the highest dial score of every object, shape (positives,).

        An object is found if any of its frames is kept. Objects come in the order of their
        codes, the same for every dial.
        """
        rows, objects = self.sightings()
        if not rows.size:
            return np.empty(0)
        order = np.argsort(objects, kind="stable")
        starts = np.flatnonzero(np.diff(objects[order], prepend=NOBODY))
        return np.asarray(np.maximum.reduceat(dial[rows[order]], starts), dtype=np.float64)
