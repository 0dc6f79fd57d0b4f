"""The keys that open the door now: the file is looked at again, so no restart is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from time import monotonic

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.errors import ConfigError
from monitoring import metrics
from service.allowance import Allowance
from service.key_file import read_keys
from service.keys import ApiKey, hashed

log: FilteringBoundLogger = structlog.get_logger()

LOOK_SECONDS = 1.0
"""A key that was taken out opens nothing after this time."""

Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds a key.

    Args:
        key: What is kept of it.
        allowance: What is left of its rate in this worker; None without a limit.
    """

    key: ApiKey
    allowance: Allowance | None


class KeyRing:
    """The keys of a file; one that cannot be read leaves those that were read before.

    Args:
        path: Of the file.
        clock: In seconds, and never backwards.

    Raises:
        ConfigError: The file cannot be read at the start.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._clock = clock
        self._stamp = self._bad = _stamp(path)
        self._looked = clock()
        self._holders: tuple[Holder, ...] = ()
        self._take_in(read_keys(path))

    def holder(self, presented: str) -> Holder | None:
        """Return who holds the key that a client presents; None when nobody does.

        Every key is compared, each in the same time, so that the time tells nothing.
        """
        self._look_again()
        digest = hashed(presented)
        found = None
        for holder in self._holders:
            if compare_digest(holder.key.sha256, digest):
                found = holder
        return found

    def _look_again(self) -> None:
        now = self._clock()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        try:
            keys = read_keys(self._path)
        except ConfigError as error:
            metrics.KEY_FILE_FAILURES.inc()
            if stamp != self._bad:
                self._bad = stamp
                log.error("keys_not_read", error=str(error), kept=len(self._holders))  # noqa: TRY400 - no traceback: the message says what to do
            return
        self._stamp = self._bad = stamp
        self._take_in(keys)
        log.info("keys_read", keys=[key.name for key in keys])

    def _take_in(self, keys: tuple[ApiKey, ...]) -> None:
        before = {(one.key.name, one.key.per_minute): one.allowance for one in self._holders}
        self._holders = tuple(
            Holder(key, before.get((key.name, key.per_minute)) or self._allowance(key))
            for key in keys
        )

    def _allowance(self, key: ApiKey) -> Allowance | None:
        return Allowance(key.per_minute, self._clock) if key.per_minute else None


def _stamp(path: Path) -> Stamp:
    """Return what changes whenever the file does; None when it cannot be seen."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
