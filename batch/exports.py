"""From a run's journal to files: any format at any time, without scoring again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from batch.durable import appearing
from batch.formats.catalog import About, Cells, formats_named
from batch.journal import Journal


def export(journal: Journal, names: Sequence[str], folder: Path) -> list[Path]:
    """Write the rows of a run in some formats, each file whole or not at all.

    Args:
        journal: Of a run, complete or not.
        names: Of formats.
        folder: Gets the files.

    Raises:
        ConfigError: There is no such format.
        SkysiftError: A file cannot be written, or a format's package is not installed.
    """
    about = about_of(journal)
    written = []
    for chosen in formats_named(names).values():
        path = folder / chosen.file_name
        with appearing(path) as unfinished:
            chosen.writer()(printable(journal.rows()), about, unfinished)
        written.append(path)
    return written


def about_of(journal: Journal) -> About:
    """Return what all rows of a run share."""
    said = journal.about()
    return About(
        ensemble=said["ensemble"],
        digest=said["digest"],
        voters=tuple(said["voters"]),
        skysift_version=said["skysift_version"],
        target=said["target"],
    )


def printable(rows: Iterator[dict[str, object]]) -> Iterator[Cells]:
    """Yield the rows with file names as text: other bytes become a backslash and digits."""
    for cells in rows:
        name = str(cells["source"])
        if not name.isascii():
            plain = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            cells["source"] = plain
        yield cells
