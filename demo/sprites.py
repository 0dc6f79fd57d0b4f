"""Drawing small things from above: a pen that works in metres, sprites and their shadows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, hypot, pi, sin

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from demo.colours import Colour, shade
from demo.conditions import Conditions
from demo.noise import Floats

Point = tuple[float, float]

SUPERSAMPLING = 4
"""Sprites are drawn this much larger and then averaged: smooth edges."""
SHADOW_COLOUR: Colour = (14, 18, 34)
"""Shade is lit by the blue sky alone."""


class Pen:
    """Draws in metres around the middle of a thing that is turned by `heading` (radians).

    Args:
        conditions: Gives the scale and where the sun is.
        reach_m: Nothing is drawn farther than this from the middle.
        heading: The thing's own x axis on the ground.
    """

    def __init__(self, conditions: Conditions, *, reach_m: float, heading: float) -> None:
        self._scale = conditions.px_per_m * SUPERSAMPLING
        self._half = ceil(conditions.px_per_m * reach_m) + 1
        self._turn = (cos(heading), sin(heading))
        sun_x, sun_y = conditions.sunward
        self._sun = (
            sun_x * cos(heading) + sun_y * sin(heading),
            sun_y * cos(heading) - sun_x * sin(heading),
        )
        side = 2 * self._half * SUPERSAMPLING
        self.colour = Image.new("RGB", (side, side), (90, 90, 80))
        self.alpha = Image.new("L", (side, side), 0)
        self._inks = (ImageDraw.Draw(self.colour), ImageDraw.Draw(self.alpha))

    def polygon(self, points: Sequence[Point], colour: Colour, *, opacity: int = 255) -> None:
        """Fill a polygon given in metres."""
        middle = self._half * SUPERSAMPLING
        c, s = self._turn
        placed = [
            ((x * c - y * s) * self._scale + middle, (x * s + y * c) * self._scale + middle)
            for x, y in points
        ]
        self._inks[0].polygon(placed, fill=colour)
        self._inks[1].polygon(placed, fill=opacity)

    def ellipse(self, centre: Point, radii: Point, colour: Colour, *, lean: float = 0.0) -> None:
        """Fill an ellipse that leans by `lean` radians."""
        self.polygon(ring(centre, radii, lean=lean), colour)

    def stroke(self, start: Point, end: Point, width: float, colour: Colour) -> None:
        """Draw a bar between two points."""
        x, y = end[0] - start[0], end[1] - start[1]
        length = max(hypot(x, y), 1e-6)
        a, b = -y / length * width / 2, x / length * width / 2
        corners = [
            (start[0] + a, start[1] + b),
            (end[0] + a, end[1] + b),
            (end[0] - a, end[1] - b),
            (start[0] - a, start[1] - b),
        ]
        self.polygon(corners, colour)

    def mound(self, points: Sequence[Point], colour: Colour, *, steep: float = 0.35) -> None:
        """Fill a polygon as something round: dark away from the sun, light towards it."""
        middle = np.mean(points, axis=0)
        size = float(np.mean(np.hypot(*(np.asarray(points) - middle).T)))
        for step, light in ((0.0, 1 - steep), (0.22, 0.82), (0.42, 1.0), (0.66, 1 + 0.6 * steep)):
            lit = middle + size * 0.5 * step * np.asarray(self._sun)
            shrunk = [
                (float(x), float(y)) for x, y in lit + (np.asarray(points) - middle) * (1 - step)
            ]
            self.polygon(shrunk, shade(colour, light))

    def sprite(self) -> Sprite:
        """Return what was drawn, at the size it has on the ground."""
        side = 2 * self._half
        alpha = self.alpha.resize((side, side), Image.Resampling.BOX)
        return Sprite(self.colour.resize((side, side), Image.Resampling.BOX), alpha)


@dataclass(frozen=True, slots=True)
class Sprite:
    """A small picture (RGB) and its cover (L), of the same size; its place is its middle."""

    colour: Image.Image
    alpha: Image.Image

    def outline(self) -> Floats:
        """Return the corners (n, 2) of a polygon around it, x and y from the middle in pixels."""
        cover = np.asarray(self.alpha) > 100
        rows = np.flatnonzero(cover.any(axis=1))
        first = cover.argmax(axis=1)[rows]
        last = cover.shape[1] - cover[:, ::-1].argmax(axis=1)[rows]
        points = [
            (x, y + dy)
            for y, left, right in zip(rows, first, last, strict=True)
            for x in (left, right)
            for dy in (0, 1)
        ]
        return np.asarray(points, np.float32) - np.float32(cover.shape[0] / 2)

    def paste(self, ground: Image.Image, place: Point) -> None:
        """Put it on the ground with its middle at `place`, pixels."""
        corner = (round(place[0] - self.colour.width / 2), round(place[1] - self.colour.height / 2))
        ground.paste(self.colour, corner, self.alpha)


def cast_shadow(
    sprite: Sprite, height_m: float, conditions: Conditions, *, taper: float = 0.0
) -> Sprite:
    """Return the shadow that a thing of that height throws; `taper` narrows it towards its end.

    Args:
        sprite: The thing from above.
        height_m: Of its top.
        conditions: Where the sun is; haze makes shadows weak.
        taper: 0 for a box, up to 0.9 for a tree.
    """
    reach = height_m * conditions.shadow_per_height * conditions.px_per_m
    steps = max(2, min(16, ceil(reach / 3)))
    pad = ceil(reach) + 3
    side = sprite.alpha.width + 2 * pad
    shadow = Image.new("L", (side, side), 0)
    sun_x, sun_y = conditions.sunward
    for step in range(steps + 1):
        along = step / steps
        size = max(2, round(sprite.alpha.width * (1 - taper * along)))
        part = (
            sprite.alpha
            if size == sprite.alpha.width
            else sprite.alpha.resize((size, size), Image.Resampling.BILINEAR)
        )
        layer = Image.new("L", (side, side), 0)
        corner = (
            round(side / 2 - size / 2 - sun_x * reach * along),
            round(side / 2 - size / 2 - sun_y * reach * along),
        )
        layer.paste(part, corner)
        shadow = ImageChops.lighter(shadow, layer)
    strength = 0.66 * (1 - conditions.haze) ** 2
    soft = shadow.filter(ImageFilter.GaussianBlur(0.8)).point(
        [round(level * strength) for level in range(256)]
    )
    return Sprite(Image.new("RGB", soft.size, SHADOW_COLOUR), soft)


def ring(centre: Point, radii: Point, *, lean: float = 0.0, corners: int = 18) -> list[Point]:
    """Return an ellipse as a polygon."""
    turns = [2 * pi * corner / corners for corner in range(corners)]
    ovals = [(radii[0] * cos(turn), radii[1] * sin(turn)) for turn in turns]
    return [
        (centre[0] + x * cos(lean) - y * sin(lean), centre[1] + x * sin(lean) + y * cos(lean))
        for x, y in ovals
    ]


def lump(
    rng: np.random.Generator, radius: float, *, rough: float, corners: int = 14, longer: float = 1.0
) -> list[Point]:
    """Return an uneven closed shape of about that radius, `longer` times as long as wide."""
    reach = radius * (1 + rough * rng.uniform(-1, 1, size=corners))
    turns = (np.arange(corners) + rng.uniform(-0.3, 0.3, size=corners)) * (2 * pi / corners)
    return [
        (float(r * cos(turn) * longer**0.5), float(r * sin(turn) / longer**0.5))
        for r, turn in zip(reach, turns, strict=True)
    ]
