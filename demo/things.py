"""The seven kinds of thing on the ground: the hiker is the target, rock and bush look alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

import numpy as np

from demo.belongings import draw_boat, draw_car, draw_tent
from demo.conditions import Conditions, Season
from demo.creatures import draw_deer, draw_hiker
from demo.lookalikes import draw_bush, draw_rock
from demo.materials import Material
from demo.sprites import Pen, Sprite, cast_shadow


@dataclass(frozen=True, slots=True)
class Looks:
    """One thing as drawn: from above, its shadow, its colour as captions say it (or '')."""

    sprite: Sprite
    shadow: Sprite
    colour_word: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing.

    Attributes:
        name: As in the objects CSV.
        draw: Draws one variant and returns its colour word.
        reach_m: Half of the longest extent, at most.
        height_m: Of the shadow's caster, low and high.
        taper: How much its shadow narrows.
        stands_on: Where it may be.
    """

    name: str
    draw: Callable[[Pen, np.random.Generator, Season], str]
    reach_m: float
    height_m: tuple[float, float]
    taper: float
    stands_on: frozenset[Material]

    def look(self, conditions: Conditions, rng: np.random.Generator) -> Looks:
        """Return one variant of this kind under these conditions."""
        pen = Pen(conditions, reach_m=self.reach_m, heading=float(rng.uniform(0, 2 * pi)))
        colour_word = self.draw(pen, rng, conditions.season)
        sprite = pen.sprite()
        height = float(rng.uniform(*self.height_m))
        return Looks(sprite, cast_shadow(sprite, height, conditions, taper=self.taper), colour_word)


_LAND = frozenset(set(Material) - {Material.WATER})

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("hiker", draw_hiker, 1.3, (1.6, 1.9), 0.55, _LAND),
        Kind("car", draw_car, 2.7, (1.3, 1.7), 0.1, _LAND - {Material.FOREST, Material.ROCK}),
        Kind("boat", draw_boat, 3.0, (0.5, 0.8), 0.1, frozenset({Material.WATER})),
        Kind("tent", draw_tent, 1.8, (1.0, 1.5), 0.5, _LAND - {Material.ROAD}),
        Kind("deer", draw_deer, 1.5, (0.9, 1.2), 0.3, _LAND - {Material.ROAD}),
        Kind("rock", draw_rock, 2.0, (0.5, 1.7), 0.5, frozenset(Material)),
        Kind("bush", draw_bush, 2.0, (0.7, 1.8), 0.6, _LAND - {Material.ROAD}),
    )
}
"""Kinds by name; the first is the target."""

TARGET = "hiker"
