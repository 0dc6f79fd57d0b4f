"""Good pictures, for faults to be compared with."""

from functools import cache
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "demo" / "example.jpg"


@cache
def good_picture() -> bytes:
    """Return a picture in which the demo gate sees a hiker."""
    return EXAMPLE.read_bytes()
