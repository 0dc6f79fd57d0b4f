"""What the ground is made of, and its colours by season."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from demo.conditions import Season
from demo.noise import Floats

Ramp = tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]


RAMP_STEPS = 512
"""Colours of a ramp that are told apart: finer than 8 bits."""


class Material(IntEnum):
    """What a patch of ground is, as stored in the material map."""

    GRASS = 0
    FOREST = 1
    SAND = 2
    SNOW = 3
    ROCK = 4
    WATER = 5
    FIELD = 6
    ROAD = 7


@dataclass(frozen=True, slots=True)
class Surface:
    """How a material looks: dark, middle and light colour, how mottled, how grainy, how bumpy."""

    ramp: Ramp
    tint: float
    grain: float
    bump: float

    def colour(self, tint: Floats, grain: Floats) -> Floats:
        """Return (h, w, 3) colours in 0 to 255 for two noise surfaces (h, w)."""
        return along(self.ramp, 0.5 + self.tint * tint + self.grain * grain)


def along(ramp: Ramp, place: Floats) -> Floats:
    """Return the colours (h, w, 3) at places 0 to 1 of a ramp of three colours."""
    steps = np.linspace(0, 1, RAMP_STEPS)
    colours = [np.interp(steps, (0, 0.5, 1), channel) for channel in zip(*ramp, strict=True)]
    table = np.stack(colours, axis=1).astype(np.float32)
    return table[np.clip(place * (RAMP_STEPS - 1), 0, RAMP_STEPS - 1).astype(np.intp)]


_GRASS: dict[Season, Ramp] = {
    "summer": ((58, 80, 36), (92, 112, 54), (138, 146, 82)),
    "autumn": ((92, 84, 46), (132, 116, 66), (172, 152, 100)),
    "winter": ((98, 90, 66), (140, 132, 106), (214, 216, 218)),
}
_FLOOR: dict[Season, Ramp] = {
    "summer": ((50, 54, 32), (74, 76, 46), (108, 102, 66)),
    "autumn": ((72, 54, 34), (106, 80, 50), (146, 110, 66)),
    "winter": ((92, 84, 74), (150, 146, 140), (214, 218, 224)),
}
_ROCK: dict[Season, Ramp] = {
    "summer": ((88, 84, 78), (126, 120, 110), (166, 158, 146)),
    "autumn": ((84, 78, 70), (122, 112, 98), (160, 150, 132)),
    "winter": ((92, 92, 92), (142, 142, 144), (222, 226, 232)),
}


def surfaces(season: Season) -> dict[Material, Surface]:
    """Return how every material looks in a season."""
    return {
        Material.GRASS: Surface(_GRASS[season], tint=0.17, grain=0.13, bump=0.9),
        Material.FOREST: Surface(_FLOOR[season], tint=0.15, grain=0.17, bump=1.1),
        Material.SAND: Surface(
            ((172, 148, 108), (198, 176, 136), (222, 204, 168)), tint=0.17, grain=0.07, bump=0.45
        ),
        Material.SNOW: Surface(
            ((190, 202, 222), (224, 231, 240), (247, 249, 252)), tint=0.14, grain=0.05, bump=0.4
        ),
        Material.ROCK: Surface(_ROCK[season], tint=0.15, grain=0.15, bump=2.2),
        Material.WATER: Surface(
            ((18, 52, 66), (36, 84, 94), (84, 132, 130)), tint=0.12, grain=0.03, bump=0.0
        ),
        Material.FIELD: Surface(_GRASS[season], tint=0.12, grain=0.10, bump=0.5),
        Material.ROAD: Surface(
            ((88, 87, 88), (112, 110, 108), (140, 136, 130)), tint=0.12, grain=0.08, bump=0.12
        ),
    }


CROPS: dict[Season, tuple[tuple[int, int, int], ...]] = {
    "summer": (
        (186, 162, 98),
        (92, 122, 56),
        (122, 94, 68),
        (172, 166, 70),
        (74, 100, 52),
        (160, 142, 100),
    ),
    "autumn": ((118, 90, 66), (138, 112, 82), (164, 144, 102), (104, 104, 62), (92, 74, 56)),
    "winter": ((206, 212, 220), (186, 186, 184), (150, 138, 122), (222, 226, 232)),
}
"""Colours of parcels, as (red, green, blue)."""
