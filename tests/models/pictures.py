"""Pictures made for the tests, as arrays and as the bytes of files."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from models.pixels import Pixels


def quarters(height: int = 48, width: int = 64) -> Pixels:
    """Red, green, blue and white quarters: every turn and every swap of channels shows."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (250, 10, 10)
    pixels[: height // 2, width // 2 :] = (10, 250, 10)
    pixels[height // 2 :, : width // 2] = (10, 10, 250)
    pixels[height // 2 :, width // 2 :] = (250, 250, 250)
    return pixels


def noise(height: int = 64, width: int = 96, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(picture: Image.Image | Pixels, form: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def animated(form: str, frames: int) -> bytes:
    first, *others = (Image.fromarray(noise(20, 30, seed)) for seed in range(frames))
    return encoded(first, form, save_all=True, append_images=others)


def far(one: Pixels, other: Pixels) -> float:
    """Mean difference of levels."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())
