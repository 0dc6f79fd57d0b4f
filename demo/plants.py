"""What stands on the ground and is never a labelled thing: trees, roofs, pebbles and tufts."""

from __future__ import annotations

from math import ceil, pi

import numpy as np
from PIL import Image, ImageFilter

from demo.colours import Colour, chance, shade, vary
from demo.conditions import Conditions, Season
from demo.ground import Ground, Point
from demo.land import LANDS
from demo.materials import Material
from demo.noise import Floats, Noise, Window
from demo.sprites import Pen, Sprite, cast_shadow

CROWNS = 14
"""Different trees in one flight's woods."""
LITTER = 40
"""Different spots on one flight's ground."""
SPACING_M = 2.5
"""Between the middles of trees in a wood."""

_DECIDUOUS: dict[Season, tuple[Colour, ...]] = {
    "summer": ((66, 96, 42), (82, 112, 50), (58, 84, 44), (100, 118, 58)),
    "autumn": ((176, 104, 40), (190, 146, 52), (140, 66, 38), (112, 106, 52)),
    "winter": ((104, 92, 80), (120, 108, 96), (92, 84, 76)),
}
_CONIFER: tuple[Colour, ...] = ((38, 62, 40), (46, 70, 44), (52, 72, 54))
_ROOFS: tuple[Colour, ...] = (
    (158, 82, 58),
    (134, 70, 54),
    (96, 94, 98),
    (120, 108, 96),
    (72, 74, 82),
)


def crown(conditions: Conditions, rng: np.random.Generator, *, conifer: bool) -> Sprite:
    """Return one tree from above, lit from the sun's side."""
    diameter = float(rng.uniform(2.4, 5.0)) * (0.8 if conifer else 1.0)
    side = ceil(diameter * conditions.px_per_m) + 4
    window = Window(0, 0, side, side)
    noise = Noise(int(rng.integers(2**31)))
    leaves = noise.fractal(window, 0.8 * conditions.px_per_m, octaves=3, salt=1, gain=0.75)
    y, x = (np.mgrid[0:side, 0:side] - side / 2) / (diameter * conditions.px_per_m / 2)
    radius, turn = np.hypot(x, y), np.arctan2(y, x)
    branches = int(rng.integers(7, 12))
    edge = 0.9 + (0.1 * np.cos(branches * turn) if conifer else 0.0) + 0.09 * leaves
    height = (
        np.clip(1 - (radius / edge) ** (1.0 if conifer else 2.0), 0, 1) * (1.25 if conifer else 1.0)
        + 0.11 * leaves
    )
    down, right = np.gradient(height * side / 4)
    sun_x, sun_y = conditions.sunward
    light = np.clip(0.95 - 0.5 * (right * sun_x + down * sun_y) + 0.16 * leaves, 0.4, 1.5)
    colours = _CONIFER if conifer else _DECIDUOUS[conditions.season]
    colour = (
        np.asarray(vary(rng, colours[rng.integers(len(colours))], 4), np.float32) * light[..., None]
    )
    if conditions.season == "winter":
        colour += np.clip(leaves - 0.3, 0, 1)[..., None] * (70 if conifer else 25)
    thin = 0.55 if conditions.season == "winter" and not conifer else 1.0
    alpha = np.clip((edge - radius) * side / 5, 0, 1) * np.clip(
        thin + 0.4 * leaves * (thin < 1), 0, 1
    )
    return Sprite(
        Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8)),
        Image.fromarray((alpha * 255).astype(np.uint8)),
    )


def plant(
    picture: Image.Image,
    ground: Ground,
    conditions: Conditions,
    rng: np.random.Generator,
    keep_free: Floats,
) -> None:
    """Put trees into the woods, leaving circles (n, 3) of x, y and radius free, pixels."""
    land = LANDS[conditions.land]
    trees = [crown(conditions, rng, conifer=chance(rng, land.conifers)) for _ in range(CROWNS)]
    shadows = [cast_shadow(tree, 3.2, conditions, taper=0.55) for tree in trees]
    places = [
        place
        for place in _grid(picture.size, SPACING_M * conditions.px_per_m, rng)
        if _wooded(ground, place, rng)
    ]
    places = [
        place
        for place in places
        if not _blocked(place, keep_free, margin=1.2 * conditions.px_per_m)
    ]
    for place in places:
        which = int(place[0] * 7 + place[1] * 3) % CROWNS
        shadows[which].paste(picture, place)
        trees[which].paste(picture, place)


def build(
    picture: Image.Image,
    ground: Ground,
    conditions: Conditions,
    rng: np.random.Generator,
    keep_free: Floats,
) -> None:
    """Put the land's houses on dry ground away from roads."""
    scale = conditions.px_per_m
    count = rng.poisson(
        LANDS[conditions.land].roofs * picture.width * picture.height / scale**2 / 1000
    )
    taken = keep_free
    for _ in range(count):
        place = (float(rng.uniform(0, picture.width)), float(rng.uniform(0, picture.height)))
        if ground.material_at(place) in (Material.WATER, Material.ROAD) or _blocked(
            place, taken, margin=5.5 * scale
        ):
            continue
        taken = np.vstack([taken, np.array([[*place, 5.5 * scale]], np.float32)])
        roof = house(conditions, rng)
        cast_shadow(roof, 3.5, conditions).paste(picture, place)
        roof.paste(picture, place)


def house(conditions: Conditions, rng: np.random.Generator) -> Sprite:
    """Return a roof of two slopes with tiles, a ridge and perhaps a chimney."""
    pen = Pen(conditions, reach_m=7.5, heading=float(rng.uniform(0, pi)))
    length, width = float(rng.uniform(3.6, 5.6)), float(rng.uniform(2.6, 3.8))
    tiles = _ROOFS[rng.integers(len(_ROOFS))]
    tiles = (
        (226, 230, 236)
        if conditions.season == "winter" and chance(rng, 0.7)
        else vary(rng, tiles, 10)
    )
    for side, light in ((-1, 1.12), (1, 0.72)):
        for row in range(10):
            low, high = side * width * row / 10, side * width * (row + 1) / 10
            tone = shade(tiles, light * float(rng.uniform(0.93, 1.05)))
            pen.polygon([(-length, low), (length, low), (length, high), (-length, high)], tone)
    pen.stroke((-length, 0.0), (length, 0.0), 0.2, shade(tiles, 1.25))
    if chance(rng, 0.7):
        pen.polygon([(1.0, -1.0), (1.7, -1.0), (1.7, -0.4), (1.0, -0.4)], (110, 70, 60))
        pen.polygon([(1.15, -0.85), (1.55, -0.85), (1.55, -0.55), (1.15, -0.55)], (40, 36, 36))
    return pen.sprite()


def litter(
    picture: Image.Image, ground: Ground, conditions: Conditions, rng: np.random.Generator
) -> None:
    """Scatter pebbles, tufts and stains so that open ground is never bare."""
    scale = conditions.px_per_m
    count = int(picture.width * picture.height / scale**2 * 0.25)
    spots = [_spot(scale, rng) for _ in range(LITTER)]
    for index, (x, y) in enumerate(rng.uniform((0, 0), picture.size, size=(count, 2))):
        if ground.material_at((x, y)) in (Material.WATER, Material.ROAD, Material.SNOW):
            continue
        tone = (30, 36, 22) if index % 3 else (190, 184, 168)
        picture.paste(tone, (round(x), round(y)), spots[index % LITTER])


def _spot(scale: float, rng: np.random.Generator) -> Image.Image:
    """Return the cover of one soft spot of 10 to 45 cm."""
    size = max(3, round(float(rng.uniform(0.1, 0.45)) * scale))
    spot = Image.new("L", (size + 4, size + 4), 0)
    spot.paste(
        int(rng.integers(60, 150)),
        (2, 2, size + 2, 2 + max(2, round(size * float(rng.uniform(0.5, 1))))),
    )
    return spot.filter(ImageFilter.GaussianBlur(max(1.0, size / 4)))


def _grid(size: tuple[int, int], spacing: float, rng: np.random.Generator) -> list[Point]:
    """Return shaken grid points over a picture."""
    x, y = np.meshgrid(np.arange(0, size[0], spacing), np.arange(0, size[1], spacing))
    points = (
        np.stack([x.ravel(), y.ravel()], axis=1)
        + rng.uniform(-0.42, 0.42, size=(x.size, 2)) * spacing
    )
    return [(float(a), float(b)) for a, b in points]


def _wooded(ground: Ground, place: Point, rng: np.random.Generator) -> bool:
    """Return whether a tree grows there: surely deep in a wood, hardly at its rim."""
    return bool(ground.wood_at(place) > rng.uniform(-0.25, 0.6))


def _blocked(place: Point, circles: Floats, *, margin: float) -> bool:
    """Return whether the place lies in a circle or within the margin around it."""
    away = np.hypot(circles[:, 0] - place[0], circles[:, 1] - place[1])
    return bool((away < circles[:, 2] + margin).any())
