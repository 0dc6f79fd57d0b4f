"""How many frames are joined, and whether they wait for company: what the measured times say.

The time of a judgement is taken as a line, `fixed + each * frames`, fitted to the last ones by
least squares that forget exponentially. BentoML's dispatcher fits the same line, and Clipper
(Crankshaw et al., "Clipper: A Low-Latency Online Prediction Serving System", NSDI 2017, section
4.3) compares such a fit with additive increase and multiplicative decrease and finds them equally
good; the fit also tells what joining and waiting are worth, which decides here.
"""

from typing import Protocol

LAST_JUDGEMENTS = 100
"""Over which the line is fitted, exponentially."""
LEAST_SPREAD = 0.05
"""Variance of the sizes below which a line is a guess; then one frame more is tried."""
WORTH = 0.1
"""CPU per frame that larger groups must save to make frames wait for each other."""
RECENT = 0.2
"""Weight of the newest gap between two arrivals."""


class Pacing(Protocol):
    """Says how frames are joined."""

    @property
    def limit(self) -> int:
        """Frames of one judgement, at most."""
        ...

    def came(self, now: float) -> None:
        """Take note of a frame that came at this time, seconds."""
        ...

    def judged(self, frames: int, seconds: float) -> None:
        """Take note of a judgement."""
        ...

    def hold_seconds(self, waiting: int) -> float:
        """Return how long the first of so many frames may wait for another one, from its coming."""
        ...


class Steady:
    """Always the same limit, and no frame waits.

    Args:
        limit: Frames of one judgement, at most.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def came(self, now: float) -> None:
        """Nothing is learned from it."""

    def judged(self, frames: int, seconds: float) -> None:
        """Nothing is learned from it."""

    def hold_seconds(self, waiting: int) -> float:  # noqa: ARG002 - fits Pacing
        """Return 0."""
        return 0.0


class Pace:
    """The limit and the wait that keep a frame within a target where the load allows.

    A pure function of what it is told; it knows no clock.

    Args:
        target_seconds: For waiting and being judged. A frame that comes during a judgement waits
            for its end and then for its own, so one judgement may take half of it.
        most: Frames of one judgement, whatever the times.
    """

    def __init__(self, *, target_seconds: float, most: int) -> None:
        self._budget = target_seconds / 2
        self._most = most
        self._weight = self._n = self._s = self._nn = self._ns = 0.0
        self._gap = float("inf")
        self._last = float("-inf")

    def came(self, now: float) -> None:
        """Take note of a frame that came at this time, seconds."""
        gap, self._last = now - self._last, now
        self._gap = gap if self._gap == float("inf") else self._gap + RECENT * (gap - self._gap)

    def judged(self, frames: int, seconds: float) -> None:
        """Take note of how long so many frames took."""
        kept = 1 - 1 / LAST_JUDGEMENTS
        self._weight = kept * self._weight + 1
        self._n = kept * self._n + frames
        self._s = kept * self._s + seconds
        self._nn = kept * self._nn + frames * frames
        self._ns = kept * self._ns + frames * seconds

    @property
    def limit(self) -> int:
        """The fewest frames that cost hardly more each than as many as the target allows."""
        if not self._weight:
            return 1
        fixed, each = self._line()
        largest = self._largest(fixed, each)
        if self._spread < LEAST_SPREAD:
            return min(largest, round(self._n / self._weight) + 1)
        affordable = (1 + WORTH) * (each + fixed / largest)
        return next(n for n in range(1, largest + 1) if each + fixed / n <= affordable)

    def hold_seconds(self, waiting: int) -> float:
        """Return how long the first of so many frames may wait for another one, from its coming.

        With q waiting, a gap g until the next one comes and a thread that is free, starting at
        once ends the q after `fixed + each q`, and the next one, which finds the thread taken,
        `fixed + each` later. Holding ends all q + 1 after `g + fixed + each (q + 1)`. The time
        that all of them wait is then less by `fixed - each q - (q + 1) g`. On a CPU `fixed` is
        the smaller part, so nothing is ever held; on a GPU it may pay when frames come fast.
        """
        if self._spread < LEAST_SPREAD:
            return 0.0
        fixed, each = self._line()
        worth = (fixed - waiting * each) / (waiting + 1)
        if self._gap >= worth:
            return 0.0
        return max(0.0, min(worth, self._budget - fixed - each * (waiting + 1)))

    @property
    def _spread(self) -> float:
        """The variance of the sizes of judgements."""
        if not self._weight:
            return 0.0
        return self._nn / self._weight - (self._n / self._weight) ** 2

    def _line(self) -> tuple[float, float]:
        """Return the fixed seconds of a judgement and those of each frame, neither below 0."""
        n, s = self._n / self._weight, self._s / self._weight
        if self._spread < LEAST_SPREAD:
            return 0.0, s / n
        slope = (self._ns / self._weight - n * s) / self._spread
        each = min(max(slope, 0.0), s / n)
        return s - each * n, each

    def _largest(self, fixed: float, each: float) -> int:
        """Return the most frames whose judgement fits into its share of the target."""
        if each == 0:
            return self._most
        return max(1, min(self._most, int((self._budget - fixed) / each)))
