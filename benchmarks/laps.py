"""One lap of one contender, and what several laps say together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from time import perf_counter
from typing import Protocol

from benchmarks.processes import cpu_seconds
from benchmarks.setting.pictures import Picture

Scores = Mapping[str, float]
"""Score by voter, of one picture; a voter that was not asked is left out."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a contender said.

    Args:
        scores: One per picture, in their order.
        latencies: Seconds of each request; empty where there are no requests.
    """

    scores: Sequence[Scores]
    latencies: Sequence[float] = ()


class Running(Protocol):
    """A contender that is ready."""

    @property
    def process_id(self) -> int:
        """Of the parent of all its processes; the load generator is none of them."""
        ...

    def answer(self, pictures: Sequence[Picture], clients: int) -> Answers:
        """Score the pictures, with so many requests at a time where there are requests."""
        ...


@dataclass(frozen=True, slots=True)
class Lap:
    """What one lap took.

    Args:
        frames: Pictures.
        cpu_seconds: Of all processes of the contender.
        wall_seconds: From the first picture to the last answer.
        answers: What was said.
    """

    frames: int
    cpu_seconds: float
    wall_seconds: float
    answers: Answers

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per frame."""
        return 1000 * self.cpu_seconds / self.frames


def run_lap(running: Running, pictures: Sequence[Picture], clients: int) -> Lap:
    """Run one lap and return what it took."""
    for picture in pictures:
        _ = picture.data  # read before the clock starts
    before, started = cpu_seconds(running.process_id), perf_counter()
    answers = running.answer(pictures, clients)
    wall = perf_counter() - started
    return Lap(len(pictures), cpu_seconds(running.process_id) - before, wall, answers)


@dataclass(slots=True)
class Laps:
    """The counted laps of one contender."""

    done: list[Lap] = field(default_factory=list)

    @property
    def cpu_ms(self) -> "Spread":
        """CPU milliseconds per frame."""
        return Spread.of([lap.cpu_ms for lap in self.done])

    @property
    def frames_per_cpu_second(self) -> float:
        """Frames that a second of one core is good for, at the median."""
        return 1000 / self.cpu_ms.median

    @property
    def frames_per_second(self) -> float:
        """Frames per second of wall time, at the median."""
        return median(lap.frames / lap.wall_seconds for lap in self.done)

    def latency_ms(self, share: float) -> float | None:
        """Return the quantile of all requests' latencies, or None when there were no requests."""
        every = [seconds for lap in self.done for seconds in lap.answers.latencies]
        return 1000 * quantile(every, share) if every else None


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of some numbers."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Spread":
        """Return the spread of at least one number."""
        return cls(median(numbers), min(numbers), max(numbers))

    def __format__(self, spec: str) -> str:
        """Return the middle and the ends, or the only number."""
        if self.low == self.high:
            return f"{self.median:{spec}}"
        return f"{self.median:{spec}} ({self.low:{spec}} to {self.high:{spec}})"


def quantile(numbers: Sequence[float], share: float) -> float:
    """Return the smallest number that at least `share` of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def round_ratios(laps: Laps, of: Laps) -> Spread:
    """Return CPU per frame against another contender's in the same round, by rounds.

    Other work on the machine meets the laps of a round alike, so their ratio is steadier than
    that of the medians.
    """
    pairs = zip(laps.done, of.done, strict=True)
    return Spread.of([one.cpu_ms / other.cpu_ms for one, other in pairs])
