"""Good pictures, for faults to be compared with."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

EXAMPLE = Path(__file__).parents[2] / "demo" / "example.jpg"
HEIC = Path(__file__).parents[1] / "models" / "hiker.heic"


@cache
def good_picture() -> bytes:
    """Return a picture in which the demo gate sees a hiker."""
    return EXAMPLE.read_bytes()


def good_image() -> Image.Image:
    """Return its pixels, RGB, and nothing else of it."""
    pixels = Image.open(BytesIO(good_picture())).convert("RGB")
    return Image.frombytes("RGB", pixels.size, pixels.tobytes())


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own
    """Return the bytes of a file."""
    file = BytesIO()
    image.copy().save(file, form, **options)  # a copy: Pillow keeps what an encoder was told
    return file.getvalue()
