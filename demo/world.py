"""A drawn folder as something to learn from: what is on its frames, and their pixels."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from demo.things import TARGET
from models.frames import Frame
from models.preprocess import Recipe, fitted

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing in a picture; the box is in shares of the picture's width and height."""

    kind: str
    colour: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Example:
    """One frame: where its JPEG is, which flight and land it belongs to, what is on it."""

    path: Path
    flight: str
    land: str
    things: tuple[Seen, ...]

    @property
    def is_positive(self) -> bool:
        """Whether the target is on it."""
        return any(thing.kind == TARGET for thing in self.things)


def read_examples(folder: Path, size: tuple[int, int] = (640, 480)) -> list[Example]:
    """Return the frames that `draw_flights` drew into a folder, in the order of their names.

    Args:
        folder: Holds `objects.csv`, `labels.csv` and `flights.csv`.
        size: (width, height) the frames were drawn in.
    """
    things = defaultdict(list)
    for row in _rows(folder / "objects.csv"):
        things[row["frame"]].append(_seen(row, *size))
    lands = {row["flight"]: row["land"] for row in _rows(folder / "flights.csv")}
    frames = {row["frame"]: row["group"] for row in _rows(folder / "labels.csv")}
    return [
        Example(folder / frame, flight, lands[flight], tuple(things[frame]))
        for frame, flight in sorted(frames.items())
    ]


def read_pixels(examples: list[Example], recipe: Recipe, *, threads: int = 2) -> Pixels:
    """Return the frames as a voter with this recipe sees them, uint8 (n, height, width, 3)."""
    pixels = np.empty((len(examples), *recipe.sides, 3), np.uint8)

    def put(index: int) -> None:
        frame = Frame.decode(examples[index].path.read_bytes())
        pixels[index] = fitted(frame.pixels, recipe)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(put, range(len(examples))))
    return pixels


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _seen(row: dict[str, str], width: int, height: int) -> Seen:
    return Seen(
        row["class"],
        row["colour"],
        int(row["left"]) / width,
        int(row["top"]) / height,
        int(row["right"]) / width,
        int(row["bottom"]) / height,
    )
