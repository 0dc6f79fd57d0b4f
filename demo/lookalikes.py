"""Rocks and bushes from above: as small as a hiker, some as bright, with shadows as long."""

from __future__ import annotations

from math import pi

import numpy as np

from demo.colours import Colour, chance, pick, shade, vary
from demo.conditions import Season
from demo.sprites import Pen, lump

_LEAVES: dict[Season, tuple[Colour, ...]] = {
    "summer": ((56, 84, 38), (74, 100, 46), (92, 108, 60), (60, 74, 44)),
    "autumn": ((160, 88, 36), (172, 124, 44), (124, 62, 40), (104, 92, 48)),
    "winter": ((92, 80, 66), (70, 78, 56), (110, 96, 82)),
}


def draw_rock(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a boulder or a few; some are as narrow as a walker, some have bright lichen."""
    stone = pick(
        rng, ((130, 126, 120), (104, 98, 92), (152, 138, 118), (124, 102, 86), (86, 88, 94))
    )
    radius, longer = float(rng.uniform(0.35, 1.1)), float(rng.uniform(1.0, 2.2))
    pen.mound(lump(rng, radius, rough=0.2, corners=9, longer=longer), stone, steep=0.5)
    for _ in range(int(rng.integers(0, 4))):
        x, y = rng.normal(0, radius * 0.7, 2)
        pen.mound(
            [
                (x + a, y + b)
                for a, b in lump(rng, radius * float(rng.uniform(0.2, 0.5)), rough=0.25, corners=7)
            ],
            shade(stone, float(rng.uniform(0.8, 1.2))),
            steep=0.5,
        )
    if chance(rng, 0.35):
        spots = pick(rng, ((196, 124, 48), (186, 180, 80), (150, 160, 130), (172, 66, 48)))
        for _ in range(3):
            x, y = rng.normal(0, radius * 0.35, 2)
            pen.ellipse(
                (float(x), float(y)),
                (radius * float(rng.uniform(0.1, 0.3)), radius * 0.16),
                spots,
                lean=float(rng.uniform(0, pi)),
            )
    if season == "winter" and chance(rng, 0.5):
        pen.polygon(lump(rng, radius * 0.55, rough=0.3, corners=8), (226, 230, 238))
    return ""


def draw_bush(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a bush of leafy lumps; some are in blossom and as bright as a jacket."""
    leaves = pick(rng, _LEAVES[season])
    radius = float(rng.uniform(0.4, 1.05))
    for _ in range(int(rng.integers(5, 11))):
        x, y = rng.normal(0, radius * 0.42, 2)
        puff = lump(rng, radius * float(rng.uniform(0.3, 0.6)), rough=0.3, corners=10)
        pen.mound([(x + a, y + b) for a, b in puff], vary(rng, leaves, 8), steep=0.45)
    if chance(rng, 0.35):
        blossom = pick(
            rng, ((206, 60, 74), (226, 196, 62), (228, 224, 226), (150, 88, 168), (222, 128, 52))
        )
        for _ in range(int(rng.integers(8, 22))):
            x, y = rng.normal(0, radius * 0.4, 2)
            pen.ellipse((float(x), float(y)), (0.09, 0.08), blossom)
    return ""
