"""The three tables beside drawn pictures: things, labels of frames, conditions of flights."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from demo.flights import FlightPlan, Shown
from demo.things import TARGET

Row = tuple[object, ...]
OBJECTS, LABELS, FLIGHTS = "objects.csv", "labels.csv", "flights.csv"
COLUMNS: dict[str, tuple[str, ...]] = {
    OBJECTS: (
        *("frame", "object", "flight", "class", "left", "top", "right", "bottom"),
        *("caption", "colour", "ground"),
    ),
    LABELS: ("frame", "label", "object", "group"),
    FLIGHTS: (
        *("flight", "frames", "seed", "land", "season", "altitude_m"),
        *("sun_azimuth_deg", "sun_elevation_deg", "brightness", "haze", "blur_px", "noise"),
        *("jpeg_quality", "red_gain", "green_gain", "blue_gain"),
    ),
}
"""Boxes in pixels, right and bottom exclusive; label 1 once per target in the frame, or 0."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows for the three tables."""

    objects: tuple[Row, ...]
    labels: tuple[Row, ...]
    flights: tuple[Row, ...]


def rows_of_frame(name: str, plan: FlightPlan, shown: Shown) -> Tables:
    """Return what one frame adds."""
    objects = tuple(
        (
            *(name, seen.thing.id, plan.name, seen.thing.kind),
            *(seen.left, seen.top, seen.right, seen.bottom),
            *(seen.thing.caption, seen.thing.colour, seen.thing.ground),
        )
        for seen in shown.sightings
    )
    targets = [seen.thing.id for seen in shown.sightings if seen.thing.kind == TARGET]
    labels = tuple((name, 1, target, plan.name) for target in targets)
    return Tables(objects, labels or ((name, 0, "", plan.name),), ())


def row_of_flight(plan: FlightPlan) -> Tables:
    """Return what one flight adds."""
    c = plan.conditions
    numbers = (c.altitude_m, c.sun_azimuth_deg, c.sun_elevation_deg, c.brightness, c.haze)
    row = (
        *(plan.name, plan.frames, plan.seed, c.land, c.season),
        *(round(number, 4) for number in (*numbers, c.blur_px, c.noise)),
        *(c.jpeg_quality, *(round(gain, 4) for gain in c.colour_cast)),
    )
    return Tables((), (), (row,))


def joined(parts: Iterable[Tables]) -> Tables:
    """Return all rows, in order."""
    every = list(parts)
    return Tables(
        tuple(row for part in every for row in part.objects),
        tuple(row for part in every for row in part.labels),
        tuple(row for part in every for row in part.flights),
    )


def write_tables(tables: Tables, folder: Path) -> None:
    """Write the three CSV files into `folder`."""
    for name, rows in (
        (OBJECTS, tables.objects),
        (LABELS, tables.labels),
        (FLIGHTS, tables.flights),
    ):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS[name])
            writer.writerows(rows)
