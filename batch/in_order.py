"""Any number of names in order: what memory should not hold waits on the disk."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing


def in_order(names: Iterable[str]) -> Iterator[str]:
    """Yield names in the order of their bytes, each as often as it was given.

    A database without a name is SQLite's own for this: it stays in memory while it is small, and
    its file goes with the process.
    """
    with closing(sqlite3.connect("")) as base:
        base.execute("create table names (name blob)")
        base.executemany("insert into names values (?)", ((os.fsencode(name),) for name in names))
        for (name,) in base.execute("select name from names order by name"):
            yield os.fsdecode(name)
