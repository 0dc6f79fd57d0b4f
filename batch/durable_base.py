"""A SQLite file that is on the disk when it says so, and that tells in words what keeps it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ensembles.errors import SkysiftError


def connected(path: Path, tables: str, *, version: int) -> sqlite3.Connection:
    """Return a connection to a file, which is made where it is missing.

    In WAL mode with `synchronous = FULL` a commit is on the disk when it returns.

    Args:
        path: Of the file.
        tables: Statements that make them, with semicolons between.
        version: Of the tables.

    Raises:
        SkysiftError: It cannot be opened, is no such file, or has tables of another version.
    """
    with told(path):
        base = sqlite3.connect(path, isolation_level=None)
        base.execute("pragma journal_mode = wal")
        base.execute("pragma synchronous = full")
        (found,) = base.execute("pragma user_version").fetchone()
        if found == 0:
            with transaction(base):
                for statement in tables.split(";"):
                    base.execute(statement)
                base.execute(f"pragma user_version = {version}")
        elif found != version:
            base.close()
            raise SkysiftError(f"{path}: is of format {found}, not {version}; start a new run")
    return base


@contextmanager
def transaction(base: sqlite3.Connection) -> Iterator[None]:
    """Do all of a block or nothing."""
    base.execute("begin immediate")
    try:
        yield
    except BaseException:
        if base.in_transaction:  # a full disk has rolled back already
            base.execute("rollback")
        raise
    base.execute("commit")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell in words what keeps SQLite from its file: most often a full disk."""
    try:
        yield
    except sqlite3.Error as error:
        raise SkysiftError(
            f"{path}: {error}; what was committed is safe: make room or mend it, and go on with "
            "--resume"
        ) from None
