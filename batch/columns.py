"""A table as its columns, and which of them are wanted."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.voter import Floats

Text = npt.NDArray[np.object_]
"""Shape (n,), of `str`; an empty cell is an empty string."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns that were wanted, by name and in the order of the file, n cells each.

    Args:
        text: As it stands in the file.
        numbers: float32; an empty cell is NaN.
    """

    text: dict[str, Text]
    numbers: dict[str, Floats]

    def take(self, rows: npt.NDArray[np.bool_]) -> "Table":
        """Return the chosen rows."""
        return Table(
            {name: column[rows] for name, column in self.text.items()},
            {name: column[rows] for name, column in self.numbers.items()},
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns are read, and as what.

    Args:
        text: Names of columns to be read as text, where the file has them.
        numbers: What the names of columns begin with that are read as numbers.
    """

    text: Collection[str]
    numbers: str | None = None

    def is_number(self, name: str) -> bool:
        """Return whether a column of this name is read as numbers."""
        return self.numbers is not None and name.startswith(self.numbers)

    def chooses(self, name: str) -> bool:
        """Return whether a column of this name is read."""
        return self.is_number(name) or name in self.text
