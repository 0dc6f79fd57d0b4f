"""Lists of inputs: one a line of text, or a column of a table."""

from collections.abc import Iterator
from pathlib import Path

from batch.columns import Wanted
from batch.tables import in_blocks
from ensembles.errors import ConfigError

COLUMNS = ("source", "path", "frame", "file", "url")
"""Of a table: the first of these that it has."""


def names_in_text(path: Path) -> Iterator[str]:
    """Yield what the lines name; empty ones, and those that begin with `#`, are passed over.

    Raises:
        ConfigError: The file cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for line in map(str.strip, lines):
                if line and not line.startswith("#"):
                    yield beside(path, line)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", source=str(path)) from None


def names_in_table(path: Path) -> Iterator[str]:
    """Yield what one column of a CSV or Parquet file names: `source`, `path`, `frame`, ...

    Raises:
        ConfigError: The file cannot be read, or has none of the columns.
    """
    for block in in_blocks(path, Wanted(COLUMNS)):
        column = next((block.text[name] for name in COLUMNS if name in block.text), None)
        if column is None:
            raise ConfigError(f"needs one of the columns {', '.join(COLUMNS)}", source=str(path))
        yield from (beside(path, name) for name in column if name)


def beside(path: Path, name: str) -> str:
    """Return what a list names, seen from its own folder; absolute paths and URLs as they are."""
    return name if "://" in name else str(path.parent / name)
