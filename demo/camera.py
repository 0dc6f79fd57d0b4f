"""The camera: which part of the land a frame shows, and what air, lens and sensor make of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin

import numpy as np
from PIL import Image, ImageFilter

from demo.conditions import Conditions
from demo.noise import Floats

HAZE_COLOUR = (206, 213, 222)
"""Light scattered by the air."""
STRIP_ROWS = 512
"""Noise is added to this many rows at a time, so that a 48 MP frame needs no second float copy."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Where the camera looked.

    Attributes:
        x: Of the middle, pixels of the land.
        y: The same.
        yaw: Radians, clockwise.
        zoom: Pixels of the land per pixel of the frame.
        width: Of the frame, pixels.
        height: The same.
    """

    x: float
    y: float
    yaw: float
    zoom: float
    width: int
    height: int

    def take(self, land: Image.Image) -> Image.Image:
        """Return the frame, (width, height), cut from the land."""
        c, s = cos(self.yaw) * self.zoom, sin(self.yaw) * self.zoom
        left, top = self.width / 2, self.height / 2
        matrix = (c, -s, self.x - c * left + s * top, s, c, self.y - s * left - c * top)
        return land.transform(
            (self.width, self.height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
        )

    def places(self, points: Floats) -> Floats:
        """Return land points (n, 2) in the frame's pixels."""
        away = (points - np.array([self.x, self.y], np.float32)) / np.float32(self.zoom)
        c, s = np.float32(cos(self.yaw)), np.float32(sin(self.yaw))
        turned = np.stack(
            [away[:, 0] * c + away[:, 1] * s, away[:, 1] * c - away[:, 0] * s], axis=1
        )
        return turned + np.array([self.width / 2, self.height / 2], np.float32)


def expose(scene: Image.Image, conditions: Conditions, rng: np.random.Generator) -> Image.Image:
    """Return what the sensor saw of a scene: blurred, hazy, tinted, noisy."""
    if conditions.blur_px > 0:
        scene = scene.filter(ImageFilter.GaussianBlur(conditions.blur_px))
    return add_noise(scene.point(tone_curve(conditions)), conditions.noise, rng)


def tone_curve(conditions: Conditions) -> list[int]:
    """Return the table (3 x 256) from a scene's levels to the sensor's: exposure, cast and haze."""
    levels = np.arange(256, dtype=np.float32)
    curves = []
    for gain, air in zip(conditions.colour_cast, HAZE_COLOUR, strict=True):
        lit = levels * (1 - conditions.haze) + air * conditions.haze
        curves.append(np.clip(np.round(lit * conditions.brightness * gain), 0, 255).astype(int))
    return [int(level) for level in np.concatenate(curves)]


def add_noise(picture: Image.Image, deviation: float, rng: np.random.Generator) -> Image.Image:
    """Return the picture with Gaussian noise: most of it grey, some of it coloured."""
    pixels = np.array(picture)
    for top in range(0, pixels.shape[0], STRIP_ROWS):
        strip = pixels[top : top + STRIP_ROWS]
        grey = rng.standard_normal(strip.shape[:2], dtype=np.float32) * np.float32(deviation)
        tint = rng.integers(-2, 3, size=(*strip.shape[:2], 2), dtype=np.int8) * np.float32(
            deviation / 6
        )
        noisy = strip + grey[..., None]
        noisy[..., 0::2] += tint
        strip[:] = np.clip(noisy, 0, 255)
    return Image.fromarray(pixels)
