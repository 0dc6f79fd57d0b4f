from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from monitoring.attributes import ATTRIBUTE_OF, ATTRIBUTES, Pixels, attributes_of


def scene(seed: int = 0) -> Pixels:
    """A smooth coloured field with dark and bright things on it."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(60, 140, size=(15, 20, 3)).astype(np.uint8)
    picture = Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC)
    pixels = np.array(picture)
    for _ in range(300):
        y, x = rng.integers(0, 230), rng.integers(0, 310)
        pixels[y : y + 6, x : x + 6] = rng.uniform(10, 200, size=3)
    return pixels


def jpeg(pixels: Pixels) -> Pixels:
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=10)
    return np.asarray(Image.open(encoded))


CHANGES: list[tuple[str, Callable[[Pixels], Pixels], int]] = [
    ("brightness", lambda pixels: (pixels * 0.7).astype(np.uint8), -1),
    ("contrast", lambda pixels: (pixels * 0.5 + 50).astype(np.uint8), -1),
    ("saturation", lambda p: np.asarray(Image.fromarray(p).convert("L").convert("RGB")), -1),
    ("sharpness", lambda p: np.asarray(Image.fromarray(p).filter(ImageFilter.GaussianBlur(2))), -1),
    ("colour_cast", lambda pixels: (pixels * np.array([1.2, 1, 0.8])).astype(np.uint8), 1),
    ("dark_channel", lambda pixels: (pixels * 0.5 + 100).astype(np.uint8), 1),
    ("blockiness", jpeg, 1),
]


@pytest.mark.parametrize(("name", "change", "sign"), CHANGES, ids=[name for name, *_ in CHANGES])
def test_an_attribute_moves_with_what_it_is_called_after(
    name: str, change: Callable[[Pixels], Pixels], sign: int
) -> None:
    column = ATTRIBUTE_OF.index(name)
    before, after = attributes_of(scene()), attributes_of(change(scene()))

    assert sign * (after - before)[column] > 0.02


def test_exposure_moves_nothing_but_the_brightness() -> None:
    pixels = scene()
    moved = np.abs(attributes_of((pixels * 0.7).astype(np.uint8)) - attributes_of(pixels))

    assert moved[0] > 0.05
    assert moved[1:].max() < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (7, 9), (64, 64), (65, 63), (3000, 20)])
@pytest.mark.parametrize("level", [0, 255])
def test_the_attributes_of_any_picture_are_finite(shape: tuple[int, int], level: int) -> None:
    numbers = attributes_of(np.full((*shape, 3), level, dtype=np.uint8))

    assert numbers.shape == (len(ATTRIBUTE_OF),)
    assert np.isfinite(numbers).all()


def test_there_are_seven() -> None:
    assert len(ATTRIBUTES) == 7
    assert set(ATTRIBUTE_OF) == set(ATTRIBUTES)
