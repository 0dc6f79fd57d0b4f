"""Draws seeded flights into a folder: JPEGs as a drone leaves them, and tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, sin, tau
from pathlib import Path

import numpy as np

from demo.conditions import CLIMATES, Conditions
from demo.flights import Flight, FlightPlan, Shown
from demo.geotag import Geotag
from demo.scene_tables import Tables, joined, row_of_flight, rows_of_frame, write_tables

Progress = Callable[[int, int], None]
SMALLEST, LARGEST = (96, 96), (8000, 6000)
"""Frame sizes, (width, height) in pixels."""
FIRST_TAKE_OFF = datetime(2026, 5, 4, 9, 0, 0)  # noqa: DTZ001  # EXIF times have no zone
TAKE_OFF_WITHIN_MIN = 9 * 60
SECONDS_BETWEEN_FRAMES = 2
LATITUDES, LONGITUDES = (44.0, 66.0), (-10.0, 30.0)
"""Where flights are said to be, degrees."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn, and where; `target_frames` of the frames show the target."""

    folder: Path
    flights: int
    frames: int
    target_frames: int
    objects: int


@dataclass(frozen=True, slots=True)
class _Task:
    """One flight to draw, for a worker process; heading in radians, 0 = north."""

    folder: Path
    plan: FlightPlan
    take_off: Geotag
    heading: float


def draw_flights(
    folder: Path,
    *,
    flights: int,
    frames_per_flight: int = 12,
    size: tuple[int, int] = (640, 480),
    seed: int = 0,
    climate: str = "usual",
    conditions: Conditions | None = None,
    advance: float = 0.22,
    processes: int = 1,
    progress: Progress | None = None,
) -> Drawn:
    """Draw flights into `folder`: one sub-folder of JPEGs each, and three CSV tables.

    The same arguments give the same bytes; flight k does not depend on how many are drawn.

    Args:
        folder: Made if missing; files of the same names are replaced.
        flights: How many.
        frames_per_flight: Frames overlap, so that a thing is in several of them.
        size: (width, height) of every frame, from 96 x 96 to 8000 x 6000 pixels.
        seed: Of everything.
        climate: A name in `demo.conditions.CLIMATES`, what flights' conditions are drawn from.
        conditions: The same conditions for all flights, instead of a climate.
        advance: How far the drone flies between frames, in frame widths.
        processes: Flights drawn at the same time.
        progress: Called with (flights done, flights in all).

    Raises:
        ValueError: A number is out of its range, or the climate is unknown.
    """
    _refuse(flights, frames_per_flight, size, climate)
    tasks = [
        _task(
            folder,
            _plan(
                index,
                seed=seed,
                conditions=conditions or climate,
                frames=frames_per_flight,
                size=size,
                advance=advance,
            ),
            np.random.default_rng((seed, index, 1)),
        )
        for index in range(flights)
    ]
    parts = []
    for part in _run(tasks, processes):
        parts.append(part)
        if progress:
            progress(len(parts), flights)
    tables = joined(parts)
    write_tables(tables, folder)
    return _summary(folder, flights, flights * frames_per_flight, tables)


def _refuse(flights: int, frames: int, size: tuple[int, int], climate: str) -> None:
    if flights < 1 or frames < 1:
        raise ValueError(f"flights and frames must be at least 1, not {flights} and {frames}")
    if not all(a <= side <= b for a, side, b in zip(SMALLEST, size, LARGEST, strict=True)):
        raise ValueError(f"size must lie between {SMALLEST} and {LARGEST}, not {size}")
    if climate not in CLIMATES:
        raise ValueError(f"climate {climate!r} is unknown; there are {', '.join(CLIMATES)}")


def _plan(
    index: int,
    *,
    seed: int,
    conditions: Conditions | str,
    frames: int,
    size: tuple[int, int],
    advance: float,
) -> FlightPlan:
    """Return what flight `index` is, chosen from the seed; `conditions` may name a climate."""
    rng = np.random.default_rng((seed, index))
    if isinstance(conditions, str):
        conditions = CLIMATES[conditions].draw(rng)
    return FlightPlan(
        name=f"flight-{seed}-{index:04d}",
        conditions=conditions,
        frames=frames,
        width=size[0],
        height=size[1],
        seed=int(rng.integers(2**31)),
        advance=advance,
    )


def _task(folder: Path, plan: FlightPlan, rng: np.random.Generator) -> _Task:
    later = timedelta(minutes=int(rng.integers(TAKE_OFF_WITHIN_MIN)), days=int(rng.integers(90)))
    place = (float(rng.uniform(*LATITUDES)), float(rng.uniform(*LONGITUDES)))
    take_off = Geotag(FIRST_TAKE_OFF + later, *place, plan.conditions.altitude_m)
    return _Task(folder, plan, take_off, float(rng.uniform(0, tau)))


def _run(tasks: list[_Task], processes: int) -> Iterator[Tables]:
    if processes == 1:
        yield from map(_draw_flight, tasks)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_draw_flight, tasks)


def _draw_flight(task: _Task) -> Tables:
    """Draw one flight's JPEGs and return its rows."""
    plan = task.plan
    (task.folder / plan.name).mkdir(parents=True, exist_ok=True)
    parts = [row_of_flight(plan)]
    for shown in Flight(plan).frames():
        name = f"{plan.name}/{shown.index:03d}.jpg"
        quality = plan.conditions.jpeg_quality
        shown.picture.save(task.folder / name, quality=quality, exif=_tag(task, shown).exif())
        parts.append(rows_of_frame(name, plan, shown))
    return joined(parts)


def _tag(task: _Task, shown: Shown) -> Geotag:
    """Return when and where a frame was taken: the drone's place, not that of the things."""
    metres = shown.shot.x / task.plan.conditions.px_per_m
    east, north = metres * sin(task.heading), metres * cos(task.heading)
    later = timedelta(seconds=SECONDS_BETWEEN_FRAMES * shown.index)
    return task.take_off.moved(later=later, east_m=east, north_m=north, climb=shown.shot.zoom)


def _summary(folder: Path, flights: int, frames: int, tables: Tables) -> Drawn:
    return Drawn(
        folder,
        flights,
        frames,
        target_frames=len({frame for frame, label, *_ in tables.labels if label}),
        objects=len({thing for _, thing, *_ in tables.objects}),
    )
