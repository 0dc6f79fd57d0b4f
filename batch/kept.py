"""The files that a job sent to review, side by side in one folder."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from shutil import copy2
from typing import Any

from batch.input import Input
from ensembles.errors import SkysiftError

DIGITS = 8
"""Of a hash that tells two pictures of the same name apart."""


@dataclass(slots=True)
class Kept:
    """What became of the files.

    Args:
        copied: How many are in the folder now.
        left: Those that are not, and why.
    """

    copied: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def copy_kept_files(
    pairs: Iterable[tuple[Input, Mapping[str, Any] | None]], folder: Path, *, link: bool
) -> Kept:
    """Copy every original whose row says `review`; times stay, originals are only read.

    A file that has the name already and the same size is taken to be the copy of an earlier run.

    Args:
        pairs: Inputs with their rows.
        folder: Made where it is missing.
        link: Make symbolic links instead.

    Raises:
        SkysiftError: The folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SkysiftError(f"{folder}: {error.strerror or error}") from None
    kept = Kept()
    for given, cells in pairs:
        if cells is None or cells["decision"] != "review":
            continue
        if given.kind != "file":
            kept.left.append((given.source, "is no file of its own"))
            continue
        try:
            _place(Path(given.source), folder, link=link)
            kept.copied += 1
        except OSError as error:
            kept.left.append((given.source, error.strerror or str(error)))
    return kept


def _place(source: Path, folder: Path, *, link: bool) -> None:
    target = folder / _name_of(source)
    size = source.stat().st_size
    if target.exists() and target.stat().st_size == size:
        return
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    if link:
        unfinished.symlink_to(source.absolute())
    else:
        copy2(source, unfinished)
    unfinished.replace(target)


def _name_of(source: Path) -> str:
    """Return a name that no other path has: cameras call a picture of every flight `DJI_0001`."""
    place = sha256(os.fsencode(source.parent.absolute())).hexdigest()[:DIGITS]
    return f"{source.stem}-{place}{source.suffix}"
