"""Strips are a way to save work: they must give what Pillow gives in one go, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models import resizing
from models.resizing import Interpolation, centre, resized
from tests.models.pictures import noise

SMOOTH: tuple[Interpolation, ...] = ("bilinear", "bicubic", "lanczos", "box", "hamming")
Sides = tuple[int, int]


def in_one_go(sides: Sides, size: Sides, how: str) -> np.ndarray:
    picture = Image.fromarray(noise(*sides))
    return np.asarray(picture.resize(size[::-1], Image.Resampling[how.upper()]))


@given(
    sides=st.tuples(st.integers(1, 200), st.integers(2, 90)),
    size=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    how=st.sampled_from([*SMOOTH, "nearest"]),
)
def test_strips_give_what_pillow_gives_in_one_go(
    sides: Sides, size: Sides, how: Interpolation
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resizing, "STRIPS_FROM_PX", 1)

        found = resized(noise(*sides), size, how)

    np.testing.assert_array_equal(found, in_one_go(sides, size, how))


def test_a_large_picture_is_never_copied_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    heights, made = [], Image.fromarray

    def watched(pixels: np.ndarray) -> Image.Image:
        heights.append(len(pixels))
        return made(pixels)

    monkeypatch.setattr(Image, "fromarray", watched)
    large = np.zeros((2000, 2000, 3), dtype=np.uint8)

    assert resized(large, (224, 224), "bicubic").shape == (224, 224, 3)
    assert max(heights) == resizing.STRIP_ROWS


def test_a_resized_picture_cannot_be_written_to() -> None:
    assert not resized(noise(), (5, 5), "bilinear").flags.writeable


def test_the_centre_is_a_look_into_the_picture() -> None:
    pixels = noise(9, 7)

    middle = centre(pixels, (3, 3))

    assert np.shares_memory(middle, pixels)
    np.testing.assert_array_equal(middle, pixels[3:6, 2:5])
