"""Frames that are rows of a score table, and voters that read its columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from ensembles.reasons import Reason
from ensembles.voter import Floats, Reading


@dataclass(frozen=True)
class Subject:
    id: str
    row: int
    doubts: tuple[Reason, ...] = ()


@dataclass
class Column:
    """Reads one column of a score table, and counts how often it was asked."""

    scores: Floats
    asked: int = 0

    def read(self, views: Sequence[Subject]) -> Reading:
        self.asked += len(views)
        return Reading(self.scores[[view.row for view in views]])
