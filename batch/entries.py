"""What goes in and out of a journal: inputs that wait, rows that come, and how many of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batch.input import Input


@dataclass(frozen=True, slots=True)
class Waiting:
    """An input that has no row yet.

    Args:
        number: Its place in the journal.
        input: What is to be judged.
        deaths: Processes that died while they held it.
    """

    number: int
    input: Input
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A row on its way into the journal.

    Args:
        number: Of its input.
        cells: By column name, as `Row.columns` gives them.
    """

    number: int
    cells: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        """Whether no voter ever saw it."""
        return self.cells["detail"] is not None


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a job is.

    Args:
        inputs: All of them.
        scored: Seen by a voter.
        failed: Not readable; they are `review`.
        review: Of scored and failed.
    """

    inputs: int
    scored: int
    failed: int
    review: int

    @property
    def done(self) -> int:
        """Inputs that have their row."""
        return self.scored + self.failed

    def plus(self, entry: Entry) -> "Counts":
        """Return the counts with one more row."""
        return Counts(
            self.inputs,
            self.scored + (not entry.failed),
            self.failed + entry.failed,
            self.review + (entry.cells["decision"] == "review"),
        )
