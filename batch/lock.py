"""One run at a time in a folder, by a lock that no dead process leaves behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ensembles.errors import SkysiftError

NAME = "run.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made where it is missing.

    The kernel lets go of it when the process ends, however it ends.

    Raises:
        SkysiftError: It cannot be written to, or another process holds it.
    """
    with _opened(folder) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SkysiftError(
                f"{folder}: process {file.read().strip() or 'unknown'} is at work in this folder; "
                "wait for it, or choose another --out"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _opened(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / NAME).open("a+", encoding="ascii")
    except OSError as error:
        raise SkysiftError(f"{folder}: {error.strerror or error}") from None
