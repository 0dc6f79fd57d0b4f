"""Cars, boats and tents from above, in many variants."""

from __future__ import annotations

import numpy as np

from demo.colours import Colour, chance, painted, pick, shade
from demo.conditions import Season
from demo.sprites import Pen, ring


def draw_car(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a car: body, windscreens, roof, lamps; a pick-up has an open bed."""
    del season
    word, body = painted(
        rng, ("red", "blue", "white", "black", "grey", "green", "yellow", "white", "grey")
    )
    length, width = float(rng.uniform(3.9, 4.9)) / 2, float(rng.uniform(1.7, 1.95)) / 2
    glass: Colour = (46, 56, 68)
    hull = [
        (-length, -width * 0.86),
        (-length * 0.9, -width),
        (length * 0.82, -width),
        (length, -width * 0.7),
    ]
    pen.polygon([*hull, *[(x, -y) for x, y in reversed(hull)]], shade(body, 0.9))
    pen.polygon(
        [
            (-length * 0.9, -width * 0.8),
            (length * 0.9, -width * 0.72),
            (length * 0.9, width * 0.72),
            (-length * 0.9, width * 0.8),
        ],
        body,
    )
    back = -length * float(rng.choice([0.05, 0.72, 0.85]))
    pen.polygon(
        [
            (back, -width * 0.86),
            (length * 0.48, -width * 0.9),
            (length * 0.48, width * 0.9),
            (back, width * 0.86),
        ],
        glass,
    )
    pen.polygon(
        [
            (back + 0.3, -width * 0.7),
            (length * 0.2, -width * 0.72),
            (length * 0.2, width * 0.72),
            (back + 0.3, width * 0.7),
        ],
        shade(body, 1.12),
    )
    if back > -length * 0.5:
        pen.polygon(
            [
                (-length * 0.92, -width * 0.75),
                (back - 0.15, -width * 0.75),
                (back - 0.15, width * 0.75),
                (-length * 0.92, width * 0.75),
            ],
            shade(body, 0.45),
        )
    for side in (-1, 1):
        pen.ellipse((length * 0.93, side * width * 0.6), (0.12, 0.18), (236, 234, 214))
        pen.ellipse((-length * 0.96, side * width * 0.68), (0.07, 0.16), (150, 24, 24))
    return word


def draw_boat(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a boat: pointed hull, deck or thwarts, and sometimes an outboard engine."""
    del season
    word, hull = painted(rng, ("white", "red", "blue", "brown", "yellow", "green", "white"))
    length, width = float(rng.uniform(3.4, 5.2)) / 2, float(rng.uniform(1.3, 1.8)) / 2
    side = [
        (-length, width * 0.75),
        (-length * 0.2, width),
        (length * 0.5, width * 0.75),
        (length, 0.0),
    ]
    shape = [*side, *[(x, -y) for x, y in reversed(side[:-1])]]
    pen.polygon(shape, hull)
    inside = pick(rng, ((120, 92, 62), (196, 188, 172), (96, 104, 112)))
    pen.polygon([(x * 0.86, y * 0.76) for x, y in shape], inside)
    for place in np.linspace(-0.6, 0.35, int(rng.integers(2, 4))):
        pen.polygon(
            [
                (place * length - 0.13, -width * 0.72),
                (place * length + 0.13, -width * 0.72),
                (place * length + 0.13, width * 0.72),
                (place * length - 0.13, width * 0.72),
            ],
            shade(inside, 0.72),
        )
    if chance(rng, 0.5):
        pen.polygon(
            [
                (length * 0.25, -width * 0.6),
                (length * 0.72, -width * 0.3),
                (length * 0.72, width * 0.3),
                (length * 0.25, width * 0.6),
            ],
            shade(hull, 0.82),
        )
    if chance(rng, 0.5):
        pen.ellipse((-length - 0.05, 0.0), (0.2, 0.17), (40, 40, 44))
    return word


def draw_tent(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a tent: a ridge tent of two slopes, or a dome of six panels."""
    del season
    word, cloth = painted(
        rng, ("orange", "green", "blue", "red", "yellow", "grey", "white", "brown")
    )
    length, width = float(rng.uniform(1.1, 1.7)), float(rng.uniform(0.85, 1.25))
    if chance(rng, 0.5):
        pen.polygon(
            [(-length, -width), (length, -width), (length * 0.9, 0.0), (-length * 0.9, 0.0)],
            shade(cloth, 1.1),
        )
        pen.polygon(
            [(-length * 0.9, 0.0), (length * 0.9, 0.0), (length, width), (-length, width)],
            shade(cloth, 0.68),
        )
        pen.stroke((-length * 0.92, 0.0), (length * 0.92, 0.0), 0.08, shade(cloth, 1.3))
        pen.polygon(
            [
                (length * 0.94, -width * 0.5),
                (length * 1.02, -width * 0.5),
                (length * 1.02, width * 0.5),
                (length * 0.94, width * 0.5),
            ],
            shade(cloth, 0.4),
        )
        return word
    rim = ring((0.0, 0.0), (length, width * 1.15), corners=6)
    for side, light in enumerate((1.12, 0.84, 0.62, 0.7, 0.92, 1.2)):
        pen.polygon([(0.0, 0.0), rim[side], rim[(side + 1) % 6]], shade(cloth, light))
    pen.ellipse((0.0, 0.0), (0.12, 0.12), shade(cloth, 1.35))
    return word
