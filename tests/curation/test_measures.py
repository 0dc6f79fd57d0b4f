import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter

from curation.measures import Measures, blur_of, measure
from models.pixels import Pixels
from monitoring.attributes import ATTRIBUTES
from tests.models.pictures import noise


def ground(height: int = 300, width: int = 400, seed: int = 8) -> Pixels:
    """Soft clumps with fine grain, like vegetation from above."""
    draw = np.random.default_rng(seed)
    clumps = gaussian_filter(draw.normal(size=(height, width)), 6)
    grain = gaussian_filter(draw.normal(size=(height, width)), 1)
    grey = 110 + 60 * clumps / clumps.std() / 2 + 25 * grain / grain.std()
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def bits_apart(one: Measures, other: Measures) -> int:
    return (one.perceptual_hash ^ other.perceptual_hash).bit_count()


def test_blur_rises_with_every_further_blur() -> None:
    picture = Image.fromarray(ground())

    rising = [
        measure(np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)))).blur
        for radius in (0, 1, 2, 4)
    ]

    assert rising == sorted(rising)
    assert rising[-1] - rising[0] > 0.2


def test_motion_along_one_axis_is_blur() -> None:
    luma = ground()[..., 0].astype(np.float32)
    moved = np.mean([np.roll(luma, step, axis=1) for step in range(9)], axis=0)

    assert blur_of(moved.astype(np.float32)) > blur_of(luma) + 0.1


@pytest.mark.parametrize(("level", "blown"), [(0, 0.0), (128, 0.0), (255, 1.0)])
def test_a_flat_frame_tells_nothing_and_is_not_blurred(level: int, blown: float) -> None:
    found = measure(np.full((30, 40, 3), level, dtype=np.uint8))

    assert found.entropy_bits == 0
    assert found.blur == 0
    assert found.highlights == pytest.approx(level / 255)
    assert found.blown_share == blown


def test_noise_tells_almost_all_that_eight_bits_can() -> None:
    assert 6.5 < measure(noise(200, 300)).entropy_bits <= 8


def test_measures_depend_little_on_the_size_of_the_original() -> None:
    small = ground()
    large = np.asarray(Image.fromarray(small).resize((1600, 1200), Image.Resampling.BICUBIC))

    one, other = measure(small), measure(large)

    assert other.blur == pytest.approx(one.blur, abs=0.08)
    assert other.entropy_bits == pytest.approx(one.entropy_bits, abs=0.2)
    assert bits_apart(one, other) <= 4


def test_the_hash_tells_pictures_apart() -> None:
    one, other = measure(ground(seed=1)), measure(ground(seed=2))

    assert 0 <= one.perceptual_hash < 2**64
    assert bits_apart(one, other) > 12


def test_every_attribute_is_one_number() -> None:
    found = measure(ground())

    assert tuple(found.attributes) == ATTRIBUTES
    assert found.attributes["colour_cast"] == pytest.approx(0, abs=1e-6)


def test_a_cast_counts_whatever_its_colour() -> None:
    for channel in range(3):
        tinted = ground().copy()
        tinted[..., channel] //= 2
        assert measure(tinted).attributes["colour_cast"] > 0.5


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (2, 9)])
def test_the_smallest_and_oddest_frames_are_measured(size: tuple[int, int]) -> None:
    found = measure(noise(*size))

    assert 0 <= found.blur <= 1
    assert 0 <= found.entropy_bits <= 8
