"""Pillow's resizing, and its exact results for less where a picture is large."""

from typing import Literal

import numpy as np
from PIL import Image

from models.pixels import Pixels

Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]

STRIPS_FROM_PX = 4_000_000
"""Pixels from which a picture is narrowed strip by strip; below, the strips cost what they save."""
STRIP_ROWS = 64
"""Rows of a strip, which then stays in the processor's cache."""


def resized(pixels: Pixels, sides: tuple[int, int], interpolation: Interpolation) -> Pixels:
    """Return the picture in another size, read-only, or itself when it has that size already.

    Args:
        pixels: uint8, shape (h, w, 3).
        sides: Height and width, pixels.
        interpolation: Pillow's filter, which smooths when it shrinks.
    """
    height, width = pixels.shape[:2]
    if (height, width) == sides:
        return pixels
    how = Image.Resampling[interpolation.upper()]
    if _may_go_in_strips(pixels, sides) and how is not Image.Resampling.NEAREST:
        picture = _narrowed(pixels, sides[1], how)
    else:
        picture = Image.fromarray(pixels)
    return np.asarray(picture.resize(sides[::-1], how))


def _may_go_in_strips(pixels: Pixels, sides: tuple[int, int]) -> bool:
    """Say whether strips pay, and Pillow narrows the picture before it lowers it.

    Pillow 13 takes the other way round where the height shrinks more than the width, and rounds
    to 8 bits in between: there the results would differ by a level.
    """
    height, width = pixels.shape[:2]
    narrows_first = width > sides[1] and width * sides[0] >= height * sides[1]
    return bool(height * width >= STRIPS_FROM_PX and narrows_first)


def _narrowed(pixels: Pixels, width: int, how: Image.Resampling) -> Image.Image:
    """Return the picture at its full height and its final width.

    Pillow itself narrows, rounds to 8 bits, and then lowers, so that two calls give what one gives.
    In strips the first needs no copy of the whole picture.
    """
    narrow = Image.new("RGB", (width, len(pixels)))
    for top in range(0, len(pixels), STRIP_ROWS):
        strip = Image.fromarray(pixels[top : top + STRIP_ROWS])
        narrow.paste(strip.resize((width, strip.height), how), (0, top))
    return narrow


def centre(pixels: Pixels, sides: tuple[int, int]) -> Pixels:
    """Return the middle of a picture, of this height and width, without a copy."""
    height, width = pixels.shape[:2]
    top, left = round((height - sides[0]) / 2), round((width - sides[1]) / 2)
    return pixels[top : top + sides[0], left : left + sides[1]]
