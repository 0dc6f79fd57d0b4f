"""Files that appear whole or not at all, also when the power goes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ensembles.errors import SkysiftError


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to; afterwards it is on the disk under its own.

    Raises:
        SkysiftError: It cannot be written, such as on a full disk; what was there before stays.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        _sync(unfinished)
        unfinished.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise SkysiftError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # where the folder could not be made, there is nothing
            unfinished.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
