"""Contenders and pictures that cost nothing."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from benchmarks.contender import Contender, Group, UnavailableError
from benchmarks.laps import Answers, Lap, Laps, Scores
from benchmarks.race import Place
from benchmarks.setting.pictures import Picture

ANY_FILE = Path(__file__)
SAID: Scores = {"a": 0.5}


def laps(cpu_ms: Sequence[float], *, frames: int = 1) -> Laps:
    return Laps([Lap(frames, each * frames / 1000, 1, Answers([])) for each in cpu_ms])


def picture_files(count: int) -> list[Picture]:
    return [Picture(ANY_FILE) for _ in range(count)]


@dataclass
class Busy:
    """Works in this process for so long."""

    seconds: float = 0
    says: Scores = field(default_factory=lambda: SAID)
    fails: bool = False
    asked: list[int] = field(default_factory=list)

    @property
    def process_id(self) -> int:
        return os.getpid()

    def answer(self, pictures: Sequence[Picture], clients: int) -> Answers:
        self.asked.append(clients)
        if self.fails:
            raise RuntimeError("status 503")
        end = process_time() + self.seconds
        while process_time() < end:
            pass
        return Answers([self.says] * len(pictures))


def contender(name: str, running: Busy | None, group: Group = Group.PEER) -> Contender:
    @contextmanager
    def start(_: object) -> Iterator[Busy]:
        if running is None:
            raise UnavailableError("cannot be installed: no such version")
        yield running

    return Contender(name, group, "a fake", start)


def place(name: str, group: Group, cpu_ms: Sequence[float]) -> Place:
    return Place(contender(name, None, group), laps(cpu_ms))
