"""How much one key may ask: a bucket that fills while time goes by, and that requests empty."""

from collections.abc import Callable
from time import monotonic

SECONDS_A_MINUTE = 60
BURST_SECONDS = 10
"""So much of the rate may come at once; a drone that lands sends what it has kept."""


class Allowance:
    """A rate that is kept in the long run, with room for a burst.

    Not safe to call from several threads; it belongs to one event loop.

    Args:
        per_minute: What comes in.
        clock: In seconds, and never backwards.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_minute = per_minute
        self._per_second = per_minute / SECONDS_A_MINUTE
        self._most = max(1.0, self._per_second * BURST_SECONDS)
        self._left = self._most
        self._clock = clock
        self._seen = clock()

    def take(self) -> float:
        """Take one, and return 0; or take none, and return the seconds until there is one."""
        self._fill()
        if self._left < 1:
            return (1 - self._left) / self._per_second
        self._left -= 1
        return 0.0

    def owe(self, more: int) -> None:
        """Take more than there may be: what is asked next waits until it is paid back."""
        self._left -= more

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._seen) * self._per_second)
        self._seen = now
