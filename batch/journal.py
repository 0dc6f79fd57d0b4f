"""What a job has done so far, in one SQLite file: the truth while it runs, and afterwards.

One line an input. A row is committed once and never replaced, so work may be done twice and
still counts once. In WAL mode with `synchronous = FULL` a commit is on the disk when it returns:
what was committed survives a kill, a full disk and a power cut.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from batch.durable_base import connected, told, transaction
from batch.entries import Counts, Entry, Waiting
from batch.input import Input
from ensembles.errors import ConfigError, SkysiftError

NAME = "journal.sqlite"
FORMAT = 1
"""Of the tables below; another one is refused."""

WALL = "*wall"
"""In `spent`: the time that passed; all other names are voters."""

ROWS_AT_ONCE = 200
"""In a commit: what a kill can cost, against what a commit costs (docs/batch.md)."""

PAGE = 500
"""Inputs read at a time: few enough that memory stays flat."""

TABLES = """
create table about (key text primary key, value text not null);
create table inputs (
  number integer primary key,
  input text not null unique,
  deaths integer not null default 0,
  decision text,
  failed integer,
  reasons text,
  row text
);
create index open_inputs on inputs (number) where row is null;
create table spent (what text primary key, seconds real not null);
"""


class Journal:
    """The journal of one run; use it in a `with` block.

    Args:
        folder: Of the run.
        create: Make the file; otherwise it must be there.

    Raises:
        SkysiftError: It is not there, or is no journal of this version's.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.path = folder / NAME
        if not create and not self.path.is_file():
            raise SkysiftError(f"{folder}: there is no job in this folder, for want of a {NAME}")
        self._base = connected(self.path, TABLES, version=FORMAT)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._base.close()

    def about(self) -> dict[str, Any]:
        """Return what the run is; empty until `begin`."""
        rows = self._base.execute("select key, value from about")
        return {key: json.loads(value) for key, value in rows}

    def note(self, key: str, value: object) -> None:
        """Keep a fact about the run."""
        with told(self.path):
            self._base.execute("replace into about values (?, ?)", (key, json.dumps(value)))

    def begin(self, about: Mapping[str, object], inputs: Iterable[Input]) -> int:
        """Enter what the run is and all its inputs, or nothing; return how often one was repeated.

        Args:
            about: JSON values by name.
            inputs: Read once and not held; of equal ones the first counts.
        """
        named = 0
        with self._written():
            for each in inputs:
                named += 1
                self._base.execute(
                    "insert or ignore into inputs (input) values (?)", (each.to_text(),)
                )
            self._base.executemany(
                "insert into about values (?, ?)",
                [(key, json.dumps(value)) for key, value in about.items()],
            )
            if not named:
                raise ConfigError(
                    "there is nothing to judge: no file in there is called like a picture"
                )
        return named - self.counts().inputs

    def unknown(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """Yield the inputs that the journal does not list."""
        for each in inputs:
            found = self._base.execute(
                "select 1 from inputs where input = ?", (each.to_text(),)
            ).fetchone()
            if found is None:
                yield each

    def waiting(self) -> Iterator[Waiting]:
        """Yield the inputs that have no row and killed nobody, in order, a page at a time."""
        last = 0
        while page := self._base.execute(
            "select number, input from inputs"
            " where row is null and deaths = 0 and number > ? order by number limit ?",
            (last, PAGE),
        ).fetchall():
            last = page[-1][0]
            yield from (Waiting(number, Input.of_text(text)) for number, text in page)

    def suspects(self) -> list[Waiting]:
        """Return the inputs that have no row and during which a process died."""
        found = self._base.execute(
            "select number, input, deaths from inputs where row is null and deaths > 0"
        )
        return [Waiting(number, Input.of_text(text), deaths) for number, text, deaths in found]

    def open_among(self, numbers: Iterable[int]) -> set[int]:
        """Return those of some inputs that have no row."""
        return {
            number
            for number in numbers
            if self._base.execute(
                "select 1 from inputs where number = ? and row is null", (number,)
            ).fetchone()
        }

    def count_death(self, suspects: Iterable[Waiting]) -> None:
        """Keep how many processes have died on these inputs, as their `deaths` say."""
        with self._written():
            self._base.executemany(
                "update inputs set deaths = ? where number = ?",
                [(suspect.deaths, suspect.number) for suspect in suspects],
            )

    def commit(self, entries: Iterable[Entry], seconds: Mapping[str, float]) -> int:
        """Put rows on the disk, each once; return how many were new.

        Args:
            entries: A row that its input has already is passed over.
            seconds: What was spent since the last commit, by what it was spent on.
        """
        new = 0
        with self._written():
            for entry in entries:
                new += self._base.execute(
                    "update inputs set row = ?, decision = ?, failed = ?, reasons = ?"
                    " where number = ? and row is null",
                    (*_stored(entry), entry.number),
                ).rowcount
            self._base.executemany(
                "insert into spent values (?, ?)"
                " on conflict do update set seconds = seconds + excluded.seconds",
                seconds.items(),
            )
        return new

    def counts(self) -> Counts:
        """Return how far the job is."""
        found = self._base.execute(
            "select count(*), count(row) - total(failed), total(failed),"
            " total(decision = 'review') from inputs"
        ).fetchone()
        return Counts(*map(int, found))

    def reasons(self) -> dict[tuple[str, str], int]:
        """Return how many rows there are of each decision and set of reasons."""
        found = self._base.execute(
            "select decision, reasons, count(*) from inputs where row is not null"
            " group by decision, reasons order by 3 desc"
        )
        return {(decision, reasons): count for decision, reasons, count in found}

    def spent(self) -> dict[str, float]:
        """Return the seconds spent, by what they were spent on, over all runs of the job."""
        return dict(self._base.execute("select what, seconds from spent"))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the cells of every row by column name, in the order of the inputs.

        Memory stays flat; it reads through a connection of its own.
        """
        with closing(sqlite3.connect(self.path)) as base:
            for (text,) in base.execute(
                "select row from inputs where row is not null order by number"
            ):
                yield json.loads(text)

    def pairs(self) -> Iterator[tuple[Input, dict[str, Any] | None]]:
        """Yield every input with the cells of its row, if it has one; memory stays flat."""
        with closing(sqlite3.connect(self.path)) as base:
            for given, text in base.execute("select input, row from inputs order by number"):
                yield Input.of_text(given), json.loads(text) if text else None

    def check(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file; nothing is well."""
        return [text for (text,) in self._base.execute("pragma integrity_check") if text != "ok"]

    @contextmanager
    def _written(self) -> Iterator[None]:
        """Put all that a block writes on the disk, or nothing."""
        with told(self.path), transaction(self._base):
            yield


def _stored(entry: Entry) -> tuple[str, str, bool, str]:
    cells = entry.cells
    text = json.dumps(cells, separators=(",", ":"), allow_nan=False)
    return text, cells["decision"], entry.failed, " ".join(cells["reasons"])
