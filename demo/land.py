"""What the lands consist of, and the tracks that wind through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.colours import chance
from demo.materials import Material
from demo.noise import Floats


@dataclass(frozen=True, slots=True)
class Land:
    """What a land consists of; shares are of its area, roofs per 1,000 square metres."""

    ground: Material
    other: Material
    other_share: float
    water_share: float = 0.0
    wood_share: float = 0.0
    fields: bool = False
    tracks: int = 0
    roofs: float = 0.0
    conifers: float = 0.5
    words: tuple[str, ...] = ("meadow",)


LANDS: dict[str, Land] = {
    "meadow": Land(
        Material.GRASS,
        Material.FOREST,
        0.12,
        wood_share=0.07,
        tracks=1,
        words=("meadow", "grassland"),
    ),
    "woodland": Land(
        Material.GRASS,
        Material.FOREST,
        0.6,
        wood_share=0.55,
        tracks=1,
        conifers=0.6,
        words=("forest", "woods"),
    ),
    "coast": Land(
        Material.SAND, Material.GRASS, 0.22, water_share=0.3, words=("beach", "sandy shore")
    ),
    "mountain": Land(
        Material.ROCK,
        Material.GRASS,
        0.38,
        wood_share=0.04,
        conifers=1.0,
        words=("mountainside", "rocky slope"),
    ),
    "snowfield": Land(
        Material.SNOW,
        Material.ROCK,
        0.14,
        wood_share=0.05,
        conifers=1.0,
        words=("snowfield", "snowy ground"),
    ),
    "farmland": Land(
        Material.GRASS,
        Material.FOREST,
        0.08,
        wood_share=0.04,
        fields=True,
        tracks=2,
        words=("farmland", "fields"),
    ),
    "village": Land(
        Material.GRASS,
        Material.SAND,
        0.12,
        wood_share=0.1,
        tracks=2,
        roofs=0.5,
        conifers=0.2,
        words=("village", "hamlet"),
    ),
    "lakeside": Land(
        Material.GRASS,
        Material.ROCK,
        0.12,
        water_share=0.34,
        wood_share=0.12,
        words=("lake shore", "lakeside"),
    ),
}


@dataclass(frozen=True, slots=True)
class Track:
    """A winding road or path, pixels and radians: v = sway sin(u / bend + phase) + offset."""

    angle: float
    offset: float
    sway: float
    bend: float
    phase: float
    width: float
    paved: bool

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Return pixels to the middle line, (h, w)."""
        u = x * np.cos(self.angle) + y * np.sin(self.angle)
        v = y * np.cos(self.angle) - x * np.sin(self.angle)
        away = np.abs(v - self.sway * np.sin(u / self.bend + self.phase) - self.offset)
        return np.asarray(away, dtype=np.float32)


def wind(rng: np.random.Generator, width: int, height: int, scale: float) -> Track:
    """Return a road or path that crosses the land."""
    angle = float(rng.uniform(0, np.pi))
    x, y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height
    paved = chance(rng, 0.5)
    return Track(
        angle=angle,
        offset=float(y * np.cos(angle) - x * np.sin(angle)),
        sway=float(rng.uniform(0.5, 4)) * scale,
        bend=float(rng.uniform(7, 16)) * scale,
        phase=float(rng.uniform(0, 2 * np.pi)),
        width=(float(rng.uniform(1.5, 2.2)) if paved else float(rng.uniform(0.4, 0.9))) * scale,
        paved=paved,
    )
