"""A score table as a file: read strictly, with everything that is wrong at once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import numpy as np

from batch.tables import Table, Text, Wanted, read_table
from ensembles.errors import ConfigError
from ensembles.score_table import (
    NEGATIVE,
    NO_SIGHTINGS,
    NOBODY,
    POSITIVE,
    UNLABELLED,
    Codes,
    ScoreTable,
    Sightings,
)

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
    problems = [*_missing(read), *_wrong_ids(read), *_wrong_labels(read), *_wrong_scores(read)]
    if needs_positives and not problems and not POSITIVE_CELLS & set(read.text["label"]):
        problems.append("label: no frame is labelled 1, so there is no recall to speak of")
    problems += [*_wrong_split(read, split), *([] if problems else _wrong_objects(read))]
    if problems:
        raise ConfigError(problems, source=str(path))
    chosen = read if split is None else read.take(np.equal(read.text["split"], split))
    return _scored(chosen, path, asides)


def sha256_of_table(path: Path) -> str:
    """Return the hex SHA-256 of the file: which scores a certificate rests on."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _missing(read: Table) -> Iterator[str]:
    for name in ("id", "label"):
        if name not in read.text:
            yield f"there is no column {name!r}"
    if not read.numbers:
        yield "there is no score column; each voter needs one called score_<voter>"


def _wrong_ids(read: Table) -> Iterator[str]:
    ids = read.text.get("id")
    if ids is None:
        return
    if not ids.size:
        yield "there are no frames, only a header"
    if len(set(ids)) != len(ids):
        twice = [name for name, count in Counter(ids).items() if count > 1]
        yield f"id: {len(twice)} ids stand in more than one row, such as {_examples(twice)}"
    if "" in set(ids):
        yield "id: a row has none"


def _wrong_labels(read: Table) -> Iterator[str]:
    wrong = [label for label in set(read.text.get("label", ())) if label not in LABELS]
    if wrong:
        yield f"label: must be 1, 0 or empty, not {_examples(sorted(wrong))}"


def _wrong_scores(read: Table) -> Iterator[str]:
    for name, scores in read.numbers.items():
        outside = scores[(scores < 0) | (scores > 1)]
        if outside.size:
            yield f"{name}: {outside.size} scores lie outside [0, 1], such as {outside[0]:g}"


def _wrong_split(read: Table, wanted: str | None) -> Iterator[str]:
    counts = Counter(read.text.get("split", ()))
    named = ", ".join(f"{name or '(empty)'} ({count} frames)" for name, count in counts.items())
    if wanted is None and len(counts) > 1:
        yield f"split: there are several, {named}: say which one with --split"
    if wanted is not None and wanted not in counts:
        yield f"split: there is no {wanted!r}; there are {named or 'none'}"


def _wrong_objects(read: Table) -> Iterator[str]:
    """Yield an object that stands in two groups: it is two objects, or leaks over a split."""
    if "object" not in read.text or "group" not in read.text:
        return
    home: dict[str, str] = {}
    for row in _with_objects(read):
        group = read.text["group"][row]
        for name in _objects_in(read.text["object"][row]):
            if home.setdefault(name, group) != group:
                yield (
                    f"object: {name!r} is in the groups {home[name]!r} and {group!r}; if these "
                    "are two objects, give each an id of its own, if it is one, join the groups"
                )
                return


def _with_objects(read: Table) -> Codes:
    """Return the rows of positive frames that name an object."""
    positive = np.isin(read.text["label"].astype(np.str_), list(POSITIVE_CELLS))
    return np.flatnonzero(positive & np.not_equal(read.text["object"], ""))


def _objects_in(cell: str) -> list[str]:
    return list(dict.fromkeys(name for name in map(str.strip, cell.split(BETWEEN_OBJECTS)) if name))


def _scored(read: Table, path: Path, asides: Collection[str]) -> ScoredFrames:
    text, count = read.text, len(read.text["id"])
    labels = np.fromiter((LABELS[cell] for cell in text["label"]), dtype=np.int8, count=count)
    groups, names = codes_of(text["group"]) if "group" in text else (_nobody(count), ())
    objects, further = _nobody(count), NO_SIGHTINGS
    if "object" in text:
        objects, further = _objects(text["object"], _with_objects(read))
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
        codes = [known.setdefault(name, len(known)) for name in _objects_in(cells[row])]
        first[row] = codes[0] if codes else NOBODY
        rows += [row] * (len(codes) - 1)
        further += codes[1:]
    return first, Sightings(np.array(rows, dtype=np.int64), np.array(further, dtype=np.int64))


def _examples(values: Sequence[object]) -> str:
    return ", ".join(repr(str(value)) for value in list(values)[:SHOWN])
