"""One axis that cost may grow along: its values, and what was measured at each."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self

from benchmarks.laps import Answers, Lap, Laps, Running, run_lap
from benchmarks.processes import peak_megabytes
from benchmarks.setting.pictures import Picture
from benchmarks.setting.setting import Setting

WARM_FRAMES = 4


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an axis, ready to be measured.

    Args:
        number: The value.
        running: What is measured.
        pictures: Of one lap.
        clients: Requests at a time.
        label: What is shown for the number; default: the number.
    """

    number: float
    running: Running
    pictures: Sequence[Picture]
    clients: int = 4
    label: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured at one value.

    Args:
        label: The value, as it is shown.
        number: The value.
        laps: Those that count.
        memory_mb: Highest memory of the processes until then.
    """

    label: str
    number: float
    laps: Laps = field(default_factory=Laps)
    memory_mb: list[float] = field(default_factory=list)

    def as_json(self) -> Mapping[str, Any]:
        """Return everything that was measured."""
        return {
            "label": self.label,
            "value": self.number,
            "laps": [
                {
                    "frames": lap.frames,
                    "cpu_seconds": lap.cpu_seconds,
                    "wall_seconds": lap.wall_seconds,
                    "latencies": [round(seconds, 4) for seconds in lap.answers.latencies],
                }
                for lap in self.laps.done
            ],
            "memory_mb": self.memory_mb,
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """Return the point that `as_json` told, without the scores."""
        laps = [
            Lap(
                lap["frames"],
                lap["cpu_seconds"],
                lap["wall_seconds"],
                Answers((), lap["latencies"]),
            )
            for lap in told["laps"]
        ]
        return cls(told["label"], told["value"], Laps(laps), told["memory_mb"])


Values = Callable[[Setting, ExitStack, bool], list[Value]]
"""Starts what is measured, until the stack closes; few values when the flag says quick."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Something that cost may grow with.

    Args:
        name: For the table and `--only`.
        what: What is varied, and what stays.
        values: Makes its values.
        rounds: Laps of each value, in turn; one more warms up.
    """

    name: str
    what: str
    values: Values
    rounds: int = 3

    def measure(self, setting: Setting, *, quick: bool) -> list[Point]:
        """Return a point for each value."""
        with ExitStack() as stack:
            values = self.values(setting, stack, quick)
            points = [Point(one.label or f"{one.number:g}", one.number) for one in values]
            for one in values:
                one.running.answer(one.pictures[:WARM_FRAMES], one.clients)
            for _ in range(1 if quick else self.rounds):
                for one, point in zip(values, points, strict=True):
                    point.laps.done.append(run_lap(one.running, one.pictures, one.clients))
                    point.memory_mb.append(peak_megabytes(one.running.process_id))
        return points
