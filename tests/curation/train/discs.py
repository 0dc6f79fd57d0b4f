"""Flights of small drawn pictures: some show a red disc on green, others a grey one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from curation.train.examples import Example, Examples
from models.pixels import Pixels

HEIGHT, WIDTH = 48, 64
RADIUS = 9
RED, GREY = (210, 40, 40), (120, 125, 130)


def draw_flights(folder: Path, *, flights: int, frames: int = 4, seed: int = 0) -> Examples:
    """Draw flights of which each has frames with the red disc and without."""
    return Examples(_frames(folder, flights, frames, np.random.default_rng(seed)))


def write_labels(folder: Path, examples: Examples, parts: Sequence[str] = ()) -> Path:
    """Write `labels.csv`; flights get the parts one after the other."""
    names = sorted({example.group for example in examples})
    part_of = {name: parts[i % len(parts)] if parts else "" for i, name in enumerate(names)}
    lines = ["frame,label,object,group,split"]
    lines += [
        f"{e.path.relative_to(folder)},{e.positive:d},,{e.group},{part_of[e.group]}"
        for e in examples
    ]
    path = folder / "labels.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _frames(folder: Path, flights: int, frames: int, rng: np.random.Generator) -> Iterator[Example]:
    for flight in range(flights):
        place = folder / f"flight-{flight:02d}"
        place.mkdir(parents=True)
        ground = rng.integers(60, 140, 3)
        for frame in range(frames):
            positive = frame % 2 == 0
            path = place / f"{frame}.png"
            Image.fromarray(_picture(ground, rng, RED if positive else GREY)).save(path)
            yield Example(path, positive, place.name)


def _picture(ground: np.ndarray, rng: np.random.Generator, paint: tuple[int, int, int]) -> Pixels:
    pixels = ground + rng.normal(0, 8, (HEIGHT, WIDTH, 3))
    y, x = rng.uniform(RADIUS, HEIGHT - RADIUS), rng.uniform(RADIUS, WIDTH - RADIUS)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    pixels[(rows - y) ** 2 + (columns - x) ** 2 < RADIUS**2] = paint
    return np.asarray(pixels.clip(0, 255), dtype=np.uint8)
