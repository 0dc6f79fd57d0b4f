"""Where log lines go: to stderr, whatever becomes of it."""

from threading import Lock
from typing import TextIO

from monitoring.metrics import LOG_LINES_LOST


class Lines:
    """Writes one line at a time; one that cannot be written is counted, and nothing else happens.

    A full disk, or a reader that went away, must not turn a verdict into an error.

    Args:
        file: Such as stderr.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._one_at_a_time = Lock()

    def msg(self, line: str) -> None:
        """Write a line."""
        try:
            with self._one_at_a_time:
                self._file.write(f"{line}\n")
                self._file.flush()
        except (OSError, ValueError):  # full, or closed
            LOG_LINES_LOST.inc()

    debug = info = warning = error = critical = exception = fatal = msg
