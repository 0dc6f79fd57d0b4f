"""Whether a voter still gives scores, and whether it is worth asking."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.reasons import Reason
from monitoring.metrics import VOTER_DOWN

log: FilteringBoundLogger = structlog.get_logger()

DOWN_AFTER = 5
"""Readings in a row that failed or were late."""
SILENT_AFTER = 20
"""Readings in a row without an opinion: one that has none on so many frames is broken as well."""


class Pulse:
    """What the last readings of one voter say of it. May be used by several threads.

    Args:
        ensemble: Its name; labels the metric.
        name: Of the voter in the ensemble.
        rest_seconds: How long a voter that is late again and again is left alone, so that frames
            do not wait for it in vain; 0: never. Afterwards one reading is a trial.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        ensemble: str,
        name: str,
        *,
        rest_seconds: float = 0.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._labels = (ensemble, name)
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._lock = Lock()
        self._failed = self._late = self._silent = 0
        self._rests_until = 0.0
        self.down = False
        VOTER_DOWN.labels(*self._labels).set(0)

    @property
    def rests(self) -> bool:
        """Whether the voter was late so often that it should be left alone."""
        return self._clock() < self._rests_until

    def answered(self, reason: Reason | None) -> None:
        """Take note of a reading.

        Args:
            reason: Why it holds no score at all; None when it holds one.
        """
        with self._lock:
            self._count(reason)
            down = self._failed >= DOWN_AFTER or self._silent >= SILENT_AFTER
            changed, self.down = down != self.down, down
        if changed:
            self._tell(reason)

    def _count(self, reason: Reason | None) -> None:
        if reason is None:
            self._failed = self._late = self._silent = 0
            self._rests_until = 0.0
            return
        self._silent += 1
        self._failed = self._failed + 1 if reason != Reason.VOTER_ABSTAINED else 0
        self._late = self._late + 1 if reason == Reason.VOTER_TIMEOUT else 0
        if self._late >= DOWN_AFTER:
            self._rests_until = self._clock() + self._rest_seconds

    def _tell(self, reason: Reason | None) -> None:
        VOTER_DOWN.labels(*self._labels).set(self.down)
        ensemble, voter = self._labels
        if self.down:
            log.error("voter_down", ensemble=ensemble, voter=voter, reason=reason)
        else:
            log.info("voter_up", ensemble=ensemble, voter=voter)
