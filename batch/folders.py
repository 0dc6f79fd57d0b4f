"""The files in a folder and below it, in the order of their paths."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from batch.in_order import in_order
from ensembles.errors import SkysiftError

BELOW = "/"
"""At the end of a name: a folder."""


def files_below(folder: Path, *, leave_out: Callable[[Path], None]) -> Iterator[Path]:
    """Yield files; what is hidden is passed over.

    Args:
        folder: Of any size: names wait on the disk until it is their turn.
        leave_out: Told of what is neither a file nor a folder. Links to folders, which could go
            round for ever, are among it, and pipes, which would never end.

    Raises:
        SkysiftError: A folder cannot be listed: what is in it must not be lost in silence.
    """
    for name in in_order(_names_in(folder, leave_out)):
        path = folder / name
        if name.endswith(BELOW):
            yield from files_below(path, leave_out=leave_out)
        else:
            yield path


def _names_in(folder: Path, leave_out: Callable[[Path], None]) -> Iterator[str]:
    for entry in _visible(folder):
        if entry.is_dir(follow_symlinks=False):
            yield entry.name + BELOW
        elif entry.is_file(follow_symlinks=False) or _leads_to_no_folder(Path(entry)):
            yield entry.name
        else:
            leave_out(Path(entry))


def _visible(folder: Path) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            yield from (entry for entry in found if not entry.name.startswith("."))
    except OSError as error:
        raise SkysiftError(f"{folder}: cannot be listed: {error.strerror or error}") from None


def _leads_to_no_folder(link: Path) -> bool:
    """Return whether a link leads to a file, or to nothing that can be reached: a failed row."""
    try:
        return link.is_file() or not link.exists()
    except OSError:
        return True
