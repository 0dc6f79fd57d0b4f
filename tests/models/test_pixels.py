"""Pictures whose modes lie about what a person would see."""

import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageCms

from ensembles.errors import BadImageError
from models.formats import quiet_pillow
from models.frames import Frame
from models.pixels import by_range, pixel_bytes
from tests.models.pictures import encoded, far, noise, quarters


def decoded(picture: Image.Image, form: str = "PNG", **options: object) -> npt.NDArray[np.uint8]:
    return Frame.decode(encoded(picture, form, **options)).pixels


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_thermal_picture_keeps_its_contrast(form: str) -> None:
    thermal = np.linspace(29_000, 31_000, 200, dtype=np.uint16).reshape(10, 20)

    pixels = decoded(Image.fromarray(thermal), form)

    assert (pixels.min(), pixels.max()) == (0, 255)
    assert len(np.unique(pixels)) == 200


def test_a_float_picture_is_stretched_and_holes_are_dark() -> None:
    heights = np.linspace(-3.5, 12.0, 200, dtype=np.float32).reshape(10, 20)
    heights[0, 5] = np.nan

    pixels = decoded(Image.fromarray(heights), "TIFF")

    assert pixels[0, 5].tolist() == [0, 0, 0]
    assert pixels[-1, -1].tolist() == [255, 255, 255]


def test_a_32_bit_picture_is_stretched() -> None:
    deep = np.array([[-(2**31), 2**31 - 1]], dtype=np.int32)

    assert decoded(Image.fromarray(deep), "TIFF")[0, :, 0].tolist() == [0, 255]


def test_a_picture_of_one_deep_level_is_black() -> None:
    assert not decoded(Image.fromarray(np.full((4, 4), 30_000, dtype=np.uint16))).any()


@given(
    arrays.arrays(
        st.sampled_from([np.uint16, np.int32, np.float32]),
        st.tuples(st.integers(1, 6), st.integers(1, 6)),
    )
)
def test_stretching_never_changes_the_order_of_two_levels(
    levels: npt.NDArray[np.generic],
) -> None:
    wide = np.nan_to_num(levels.astype(np.float64), nan=-np.inf)
    order = np.argsort(wide, axis=None)

    stretched = by_range(levels).ravel()[order]

    finite = np.isfinite(levels.astype(np.float64)).ravel()[order]
    assert (np.diff(stretched[finite].astype(int)) >= 0).all()


def test_16_bit_colour_keeps_its_high_bytes() -> None:
    tiff = b"".join(
        [
            b"II*\0\x08\0\0\0",
            _directory(width=2, height=1, bits_at=8 + 2 + 9 * 12 + 4),
            (16).to_bytes(2, "little") * 3,
            np.array([0, 30_000, 65_535, 256, 512, 1024], dtype="<u2").tobytes(),
        ]
    )

    assert Frame.decode(tiff).pixels.tolist() == [[[0, 117, 255], [1, 2, 4]]]


def _directory(*, width: int, height: int, bits_at: int) -> bytes:
    """A TIFF directory of an uncompressed RGB picture with 16 bits a channel."""
    short, long = 3, 4
    entries = [
        (256, short, 1, width),
        (257, short, 1, height),
        (258, short, 3, bits_at),
        (259, short, 1, 1),
        (262, short, 1, 2),
        (273, long, 1, bits_at + 6),
        (277, short, 1, 3),
        (278, short, 1, height),
        (279, long, 1, width * height * 6),
    ]
    packed = b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + count.to_bytes(4, "little")
        + value.to_bytes(4, "little")
        for tag, kind, count, value in entries
    )
    return len(entries).to_bytes(2, "little") + packed + bytes(4)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
def test_colours_hidden_by_transparency_do_not_show(form: str) -> None:
    hidden = np.dstack([noise(), np.zeros(noise().shape[:2], dtype=np.uint8)])

    assert (decoded(Image.fromarray(hidden, "RGBA"), form) == 128).all()


def test_half_transparent_colours_mix_with_grey() -> None:
    half = Image.new("RGBA", (4, 4), (228, 28, 128, 128))

    assert far(decoded(half), np.full((4, 4, 3), (178, 78, 128), dtype=np.uint8)) <= 1


def test_grey_with_alpha_and_a_transparent_palette_are_composited_too() -> None:
    grey = Image.new("LA", (4, 4), (255, 0))
    palette = Image.fromarray(quarters()).convert("P")
    transparent = palette.getpixel((0, 0))

    assert (decoded(grey) == 128).all()
    assert decoded(palette, transparency=transparent)[0, 0].tolist() == [128, 128, 128]


def test_a_palette_is_resolved() -> None:
    assert far(decoded(Image.fromarray(quarters()).quantize(8)), quarters()) < 6


def test_one_bit_becomes_black_and_white() -> None:
    assert set(decoded(Image.fromarray(noise()).convert("1")).ravel()) == {0, 255}


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_is_turned_into_rgb_and_not_inverted(form: str) -> None:
    pixels = decoded(Image.fromarray(quarters()).convert("CMYK"), form)

    assert far(pixels, quarters()) < 12


def test_lab_is_turned_into_rgb() -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(Image.fromarray(quarters()), to_lab)
    assert lab is not None

    assert far(decoded(lab, "TIFF"), quarters()) < 6


@pytest.mark.parametrize(
    ("mode", "size"), [("1", 1), ("L", 1), ("RGB", 3), ("CMYK", 4), ("I;16", 2), ("I", 4), ("F", 4)]
)
def test_bytes_of_a_pixel_follow_from_the_mode(mode: str, size: int) -> None:
    assert pixel_bytes(mode) == size


def test_pillow_is_silenced_once() -> None:
    quiet_pillow()
    before = list(warnings.filters)

    quiet_pillow()

    assert list(warnings.filters) == before


def test_a_picture_without_a_number_is_not_judged_as_if_it_were_dark() -> None:
    nowhere = Image.fromarray(np.full((4, 4), np.nan, np.float32))

    with pytest.raises(BadImageError, match="no pixel holds a number"):
        decoded(nowhere, "TIFF")
