"""A score table as a file: read strictly, with everything that is wrong at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import numpy as np

from batch.columns import Table, Text, Wanted
from batch.score_cells import KNOWN, LABELS, SCORE, objects_in, rows_with_objects
from batch.score_problems import problems_in
from batch.tables import read_table
from ensembles.errors import ConfigError
from ensembles.score_table import (
    NO_SIGHTINGS,
    NOBODY,
    Codes,
    ScoreTable,
    Sightings,
)


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFrames:
    """A score table with the names that its numbers stand for.

    Args:
        table: n frames.
        ids: Of the frames, shape (n,).
        groups: Names, by the codes in `table.groups`.
        asides: Other columns, each of shape (n,).
        source: The file it came from.
    """

    table: ScoreTable
    ids: Text
    groups: tuple[str, ...]
    asides: Mapping[str, Text]
    source: Path

    def __len__(self) -> int:
        return len(self.table)


def read_score_table(
    path: Path,
    *,
    asides: Collection[str] = (),
    split: str | None = None,
    needs_positives: bool = False,
) -> ScoredFrames:
    """Return the score table that a Parquet or CSV file holds.

    Args:
        path: With the columns `id`, `label` (1, 0 or empty), one `score_<voter>` per voter, and
            perhaps `object`, `group` and `split`; others are passed over.
        asides: Other columns that are wanted as text, where the file has them.
        split: Only frames of this split; None takes all, if there is one split at most.
        needs_positives: Whether a table without a frame labelled 1 is of no use.

    Raises:
        ConfigError: With everything that is wrong.
    """
    read = read_table(path, Wanted({*KNOWN, *asides}, numbers=SCORE))
    if problems := problems_in(read, split=split, needs_positives=needs_positives):
        raise ConfigError(problems, source=str(path))
    chosen = read if split is None else read.take(np.equal(read.text["split"], split))
    return _scored(chosen, path, asides)


def sha256_of_table(path: Path) -> str:
    """Return the hex SHA-256 of the file: which scores a certificate rests on."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _scored(read: Table, path: Path, asides: Collection[str]) -> ScoredFrames:
    text, count = read.text, len(read.text["id"])
    labels = np.fromiter((LABELS[cell] for cell in text["label"]), dtype=np.int8, count=count)
    groups, names = codes_of(text["group"]) if "group" in text else (_nobody(count), ())
    objects, further = _nobody(count), NO_SIGHTINGS
    if "object" in text:
        objects, further = _objects(text["object"], rows_with_objects(read))
    voters = tuple(name.removeprefix(SCORE) for name in read.numbers)
    scores = np.stack(list(read.numbers.values()), axis=1)
    return ScoredFrames(
        ScoreTable(voters, scores, labels, objects, groups, further),
        text["id"],
        names,
        {name: text[name] for name in asides if name in text},
        path,
    )


def codes_of(cells: Text) -> tuple[Codes, tuple[str, ...]]:
    """Return a code per cell, shape (n,), and the names by code; empty cells get `NOBODY`."""
    known = {"": NOBODY}
    codes = [known.setdefault(cell, len(known) - 1) for cell in cells]
    return np.array(codes, dtype=np.int64), tuple(known)[1:]


def _nobody(count: int) -> Codes:
    return np.full(count, NOBODY, dtype=np.int64)


def _objects(cells: Text, filled: Codes) -> tuple[Codes, Sightings]:
    """Return the first object of every frame, shape (n,), and what else the frames show.

    Args:
        cells: Names of objects, shape (n,).
        filled: Rows that name any.
    """
    first = _nobody(len(cells))
    rows: list[int] = []
    further: list[int] = []
    known: dict[str, int] = {}
    for row in filled:
        codes = [known.setdefault(name, len(known)) for name in objects_in(cells[row])]
        first[row] = codes[0] if codes else NOBODY
        rows += [row] * (len(codes) - 1)
        further += codes[1:]
    return first, Sightings(np.array(rows, dtype=np.int64), np.array(further, dtype=np.int64))
