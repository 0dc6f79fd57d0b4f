"""Tables in and out: Parquet where pyarrow is installed, CSV everywhere.

A table is read as columns of text, apart from the columns that hold numbers: what a cell means is
decided by whoever asked for it, the same for both formats.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from batch.columns import Table, Wanted
from batch.csv_table import csv_in_blocks, read_csv, write_csv
from batch.parquet_table import parquet_in_blocks, pyarrow, read_parquet, write_parquet
from ensembles.errors import ConfigError

PARQUET_SUFFIXES = frozenset({".parquet", ".pq"})


def read_table(path: Path, wanted: Wanted) -> Table:
    """Return the wanted columns of a file, as far as it has them.

    Args:
        path: Parquet by its suffix, otherwise CSV with a line of names.
        wanted: Columns; others are not read.

    Raises:
        ConfigError: The file cannot be read, or a cell is no number where one is needed.
        SkysiftError: It is Parquet, and pyarrow is not installed.
    """
    with _told(path):
        return (read_parquet if is_parquet(path) else read_csv)(path, wanted)


def in_blocks(path: Path, wanted: Wanted) -> Iterator[Table]:
    """Yield the same some thousand rows at a time, and first a table without rows."""
    with _told(path):
        yield from (parquet_in_blocks if is_parquet(path) else csv_in_blocks)(path, wanted)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ConfigError("there is no such file", source=str(path)) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", source=str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8 text", source=str(path)) from None


def write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns of equal length; the file appears whole or not at all.

    Args:
        path: Parquet by its suffix, otherwise CSV.
        columns: By name; None is an empty cell.

    Raises:
        SkysiftError: Parquet is asked for, and pyarrow is not installed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    write = write_parquet if is_parquet(path) else write_csv
    write(unfinished, columns)
    unfinished.replace(path)


def refuse_unwritable(path: Path) -> None:
    """Refuse before long work what `write_table` would refuse after it; raises `SkysiftError`."""
    if is_parquet(path):
        pyarrow()


def is_parquet(path: Path) -> bool:
    """Return whether the file is read and written as Parquet."""
    return path.suffix.lower() in PARQUET_SUFFIXES
