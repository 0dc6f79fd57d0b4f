"""One run at a time in a folder, by a lock that no dead process leaves behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ensembles.errors import SkysiftError

NAME = "run.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder; the kernel lets go of it when the process ends, however it ends.

    Raises:
        SkysiftError: Another process holds it.
    """
    path = folder / NAME
    with path.open("a+", encoding="ascii") as file:
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
