"""Makes a manifest of frames: goes on after a kill, and looks only at what is new or changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from time import monotonic

import pyarrow as pa

from curation.looker import File
from curation.parts import Parts, key_of

ROWS_PER_PART = 512
SECONDS_PER_PART = 15.0
"""What a kill can cost at most, in rows and in time."""

CHUNK = 8
"""Files that are looked at together: their pixels are in memory at the same time."""

LookAt = Callable[[Iterable[list[File]]], Iterator[pa.Table]]
"""Yields one row per file, a few at a time, in their order, as `Crew.look_at` does."""

Tell = Callable[[int], None]
"""Told how many files have their row now."""


@dataclass(slots=True)
class Indexed:
    """What became of the files that were named.

    Args:
        known: Had their row before, and were not looked at.
        fresh: Were looked at.
        failed: Of those, have a `reason`.
        total: Rows in the manifest.
    """

    known: int = 0
    fresh: int = 0
    failed: int = 0
    total: int = 0


def index(
    files: Iterable[File],
    parts: Parts,
    look_at: LookAt,
    *,
    again: bool = False,
    tell: Tell = lambda _: None,
) -> Indexed:
    """Look at files that have no row yet, and write the manifest; rows survive a kill.

    Args:
        files: Of any number; they are not held.
        parts: Where rows go.
        look_at: Looks at files.
        again: Look again at files whose row has a `reason`.
        tell: Told how far it is.

    Raises:
        SkysiftError: Processes die, or nothing can be written; what is done is kept.
    """
    done = Indexed()
    known = parts.known(without_failures=again)

    def fresh() -> Iterator[File]:
        for file in files:
            if key_of(file) in known:
                done.known += 1
                tell(done.known + done.fresh)
            else:
                yield file

    shelf = _Shelf(parts)
    try:
        for table in look_at(_chunks(fresh())):
            shelf.put(table)
            done.fresh += table.num_rows
            done.failed += table.num_rows - table["reason"].null_count
            tell(done.known + done.fresh)
    finally:
        shelf.clear()
    done.total = parts.merge()
    return done


class _Shelf:
    """Rows that wait until there are enough for a part.

    Args:
        parts: Where they go.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._tables: list[pa.Table] = []
        self._cleared = monotonic()

    def put(self, table: pa.Table) -> None:
        """Keep rows, and put all of them on the disk when it is time."""
        self._tables.append(table)
        rows = sum(each.num_rows for each in self._tables)
        if rows >= ROWS_PER_PART or monotonic() - self._cleared > SECONDS_PER_PART:
            self.clear()

    def clear(self) -> None:
        """Put all rows on the disk."""
        if self._tables:
            self._parts.add(pa.concat_tables(self._tables))
        self._tables = []
        self._cleared = monotonic()


def _chunks(files: Iterator[File]) -> Iterator[list[File]]:
    while chunk := list(islice(files, CHUNK)):
        yield chunk
