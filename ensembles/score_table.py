"""Scores of every voter on labelled frames: all that calibration needs to know."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.dial import Doubles
from ensembles.voter import Floats

Codes = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp] | npt.NDArray[np.bool_]

POSITIVE, NEGATIVE, UNLABELLED = 1, 0, -1
NOBODY = -1
"""The code of a frame without an object, or without a group."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Full ballots on n frames.

    Args:
        voters: Names, one per column of `scores`.
        scores: float32, shape (n, voters), in [0, 1]; NaN where a voter abstained.
        labels: int8, shape (n,): `POSITIVE`, `NEGATIVE` or `UNLABELLED`.
        objects: int64, shape (n,): which object a positive frame shows, or `NOBODY`.
        groups: int64, shape (n,): the flight or mission a frame belongs to, or `NOBODY`.

    Raises:
        ValueError: The shapes do not fit.
    """

    voters: tuple[str, ...]
    scores: Floats
    labels: npt.NDArray[np.int8]
    objects: Codes
    groups: Codes

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
        """Return the table of the chosen frames."""
        return ScoreTable(
            self.voters, self.scores[rows], self.labels[rows], self.objects[rows], self.groups[rows]
        )

    def negatives(self) -> "ScoreTable":
        """Return the frames labelled negative, or the unlabelled ones where there are none."""
        negative = self.labels == NEGATIVE
        return self.take(negative if negative.any() else self.labels == UNLABELLED)

    def units(self) -> Codes:
        """Return which counted object each frame shows, shape (n,); `NOBODY` if not positive.

        A positive frame without an object id counts as an object of its own.
        """
        positive = self.labels == POSITIVE
        own = np.arange(len(self)) + (self.objects.max(initial=NOBODY) + 1)
        return np.where(positive, np.where(self.objects == NOBODY, own, self.objects), NOBODY)

    @property
    def positives(self) -> int:
        """How many objects are counted."""
        units = self.units()
        return int(np.unique(units[units != NOBODY]).size)

    def best_by_object(self, dial: Doubles) -> Doubles:
        """Return the highest dial score of every object, shape (positives,).

        An object is found if any of its frames is kept. Objects come in the order of their
        codes, the same for every dial.
        """
        units = self.units()
        shown = np.flatnonzero(units != NOBODY)
        if not shown.size:
            return np.empty(0)
        order = shown[np.argsort(units[shown], kind="stable")]
        starts = np.flatnonzero(np.diff(units[order], prepend=NOBODY))
        return np.asarray(np.maximum.reduceat(dial[order], starts), dtype=np.float64)
