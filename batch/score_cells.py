"""What the cells of a score table and of a label file may say."""

import numpy as np

from batch.columns import Table
from ensembles.score_table import NEGATIVE, POSITIVE, UNLABELLED, Codes

SCORE = "score_"
"""Before the name of the voter, in the name of a column."""

LABELS = {"1": POSITIVE, "1.0": POSITIVE, "0": NEGATIVE, "0.0": NEGATIVE, "": UNLABELLED}
"""What a cell of `label` may say; other tools write whole numbers with a point."""

POSITIVE_CELLS = frozenset(cell for cell, label in LABELS.items() if label == POSITIVE)

BETWEEN_OBJECTS = ";"
"""Between the objects that one frame shows."""

KNOWN = ("id", "label", "object", "group", "split")
SHOWN = 3
"""How many examples of a mistake are named."""


def rows_with_objects(read: Table) -> Codes:
    """Return the rows of positive frames that name an object."""
    positive = np.isin(read.text["label"].astype(np.str_), list(POSITIVE_CELLS))
    return np.flatnonzero(positive & np.not_equal(read.text["object"], ""))


def objects_in(cell: str) -> list[str]:
    """Return the objects that a cell names, each once."""
    return list(dict.fromkeys(name for name in map(str.strip, cell.split(BETWEEN_OBJECTS)) if name))
