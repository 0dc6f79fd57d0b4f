import pickle
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base

from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models import formats
from models.frames import Frame
from models.limits import Limits
from models.pixels import Pixels
from tests.models.pictures import animated, encoded, far, noise, quarters

LOSSLESS = ("PNG", "TIFF", "BMP")
LOSSY = ("JPEG", "WEBP", "GIF", "MPO", "AVIF")
EXAMPLE = Path(__file__).parents[2] / "demo" / "example.jpg"
HEIC = Path(__file__).with_name("hiker.heic")

# What EXIF says the first row and the first column of the stored picture are.
STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright[:, ::-1].swapaxes(0, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: upright[::-1].swapaxes(0, 1),
}


def turned(upright: Pixels, orientation: int, form: str = "PNG") -> bytes:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    return encoded(np.ascontiguousarray(STORED[orientation](upright)), form, exif=exif)


def refusal(data: bytes, *, enough_px: int | None = None, side: int = 32_768) -> BadImageError:
    with pytest.raises(BadImageError) as caught:
        Frame.decode(data, enough_px=enough_px, limits=Limits(side=side))
    return caught.value


@pytest.mark.parametrize("form", LOSSLESS)
def test_a_lossless_picture_is_decoded_exactly(form: str) -> None:
    frame = Frame.decode(encoded(noise(), form))

    assert frame.pixels.dtype == np.uint8
    assert (frame.pixels == noise()).all()


@pytest.mark.parametrize("form", LOSSY)
def test_a_lossy_picture_is_decoded_nearly(form: str) -> None:
    frame = Frame.decode(encoded(quarters(), form))

    assert far(frame.pixels, quarters()) < 12


def test_a_frame_knows_its_content_its_source_and_its_size() -> None:
    data = encoded(noise(30, 50))

    frame = Frame.decode(data, source="flight 3/0001.png")

    assert frame.id == sha256(data).hexdigest()
    assert frame.source == "flight 3/0001.png"
    assert (frame.width_px, frame.height_px) == (50, 30)
    assert frame.doubts == ()


def test_pixels_cannot_be_written_to() -> None:
    decoded, made = Frame.decode(encoded(noise())), Frame.of_pixels(noise())

    assert not decoded.pixels.flags.writeable
    assert not made.pixels.flags.writeable


def test_a_frame_travels_to_another_process() -> None:
    frame = Frame.decode(encoded(noise()), source="a")

    there = pickle.loads(pickle.dumps(frame))  # noqa: S301 - our own bytes

    assert (there.id, there.source) == (frame.id, "a")
    assert (there.pixels == frame.pixels).all()


@pytest.mark.parametrize("orientation", STORED)
@given(sides=st.tuples(st.integers(1, 24), st.integers(1, 24)), seed=st.integers(0, 99))
def test_every_orientation_is_put_upright(
    orientation: int, sides: tuple[int, int], seed: int
) -> None:
    upright = noise(*sides, seed=seed)

    frame = Frame.decode(turned(upright, orientation))

    assert (frame.pixels == upright).all()
    assert (frame.height_px, frame.width_px) == sides


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "TIFF", "MPO", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_orientation_is_applied_once_in_every_format(form: str, orientation: int) -> None:
    frame = Frame.decode(turned(quarters(), orientation, form))

    assert far(frame.pixels, quarters()) < 12


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_nonsense_orientation_leaves_the_picture_as_it_is(orientation: int) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation

    frame = Frame.decode(encoded(noise(), exif=exif))

    assert (frame.pixels == noise()).all()


def test_a_damaged_exif_block_does_not_cost_the_picture() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(range(200))

    frame = Frame.decode(encoded(quarters(), "JPEG", exif=exif))

    assert frame.captured_at is None
    assert far(frame.pixels, quarters()) < 12


def test_a_jpeg_is_scaled_while_decoding_but_never_below_what_is_enough() -> None:
    data = encoded(quarters(900, 1600), "JPEG")

    frame = Frame.decode(data, enough_px=224)

    assert frame.pixels.shape == (225, 400, 3)
    assert (frame.width_px, frame.height_px) == (1600, 900)
    assert far(frame.pixels, quarters(225, 400)) < 12


@given(
    sides=st.tuples(st.integers(8, 400), st.integers(8, 400)),
    enough_px=st.integers(1, 500),
    orientation=st.sampled_from(sorted(STORED)),
)
def test_scaling_keeps_the_shorter_side_large_enough_and_the_original_size(
    sides: tuple[int, int], enough_px: int, orientation: int
) -> None:
    upright = np.zeros((*sides, 3), dtype=np.uint8)

    frame = Frame.decode(turned(upright, orientation, "JPEG"), enough_px=enough_px)

    assert min(frame.pixels.shape[:2]) >= min(enough_px, *sides)
    assert (frame.height_px, frame.width_px) == sides


def test_only_jpeg_is_scaled_while_decoding() -> None:
    frame = Frame.decode(encoded(noise(300, 400)), enough_px=50)

    assert frame.pixels.shape == (300, 400, 3)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_an_animation_or_a_second_page_is_a_doubt(form: str) -> None:
    assert Frame.decode(animated(form, 3)).doubts == (Reason.MORE_FRAMES,)
    assert Frame.decode(animated(form, 1)).doubts == ()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_is_the_one_that_is_decoded(form: str) -> None:
    frame = Frame.decode(animated(form, 3))

    assert far(frame.pixels, noise(20, 30, seed=0)) < far(frame.pixels, noise(20, 30, seed=1))


def test_the_second_picture_of_an_mpo_is_no_doubt() -> None:
    data = animated("MPO", 2)

    assert Image.open(BytesIO(data)).format == "MPO"
    assert Frame.decode(data).doubts == ()


def test_no_bytes_are_empty() -> None:
    assert refusal(b"").reason == Reason.EMPTY


def test_text_is_not_an_image_and_the_message_says_what_came() -> None:
    error = refusal(b"Dear sir or madam,")

    assert error.reason == Reason.NOT_AN_IMAGE
    assert "18 bytes starting with 'Dear sir or mada'" in str(error)


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\0\0\0\x18ftypisom", "video"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS"),
        (b"%PDF-1.7", "PDF"),
        (b"<?xml version='1.0'?>\n<svg>", "SVG"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"PK\x03\x04", "archive"),
        (b"P6 2 2 255\n", "pixmap"),
    ],
)
def test_a_known_format_that_is_not_read_is_refused_by_name(start: bytes, name: str) -> None:
    error = refusal(start + bytes(64))

    assert error.reason == Reason.UNSUPPORTED_FORMAT
    assert name in str(error)
    assert "send JPEG" in str(error)


def test_heic_is_read_where_its_reader_is_installed() -> None:
    pytest.importorskip("pi_heif", reason="skysift[heic] is not installed")

    frame = Frame.decode(HEIC.read_bytes())

    assert frame.pixels.shape == (240, 320, 3)
    assert far(frame.pixels, np.asarray(Image.open(EXAMPLE).resize((320, 240)))) < 12
    assert refusal(HEIC.read_bytes()[:2000]).reason == Reason.TRUNCATED


@pytest.mark.parametrize(
    ("form", "hint"),
    [("HEIF", "pip install 'skysift[heic]'"), ("AVIF", "built without its reader")],
)
def test_a_format_without_its_reader_is_refused_by_name(
    form: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = tuple(
        replace(one, has_reader=lambda: False) for one in formats.SOMETIMES_READ if one.name == form
    )
    monkeypatch.setattr(formats, "SOMETIMES_READ", blind)
    data = HEIC.read_bytes() if form == "HEIF" else encoded(quarters(), "AVIF")

    error = refusal(data)

    assert error.reason == Reason.UNSUPPORTED_FORMAT
    assert hint in str(error)


def test_an_eps_picture_never_reaches_ghostscript() -> None:
    assert refusal(encoded(noise(), "EPS")).reason == Reason.UNSUPPORTED_FORMAT


def test_a_raw_is_not_judged_by_its_thumbnail() -> None:
    dng_version = {50706: b"\x01\x04\0\0"}

    error = refusal(encoded(noise(), "TIFF", tiffinfo=dng_version))

    assert error.reason == Reason.UNSUPPORTED_FORMAT
    assert "DNG" in str(error)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_a_picture_cut_short_is_truncated(form: str, share: float) -> None:
    data = encoded(noise(), form)

    error = refusal(data[: int(len(data) * share)])

    assert error.reason == Reason.TRUNCATED


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_a_compressed_tiff_cut_short_is_truncated(compression: str) -> None:
    data = encoded(noise(), "TIFF", compression=compression)

    assert refusal(data[: len(data) // 2]).reason == Reason.TRUNCATED


def test_a_truncated_jpeg_is_truncated_when_it_is_scaled_too() -> None:
    data = encoded(noise(800, 800), "JPEG")

    assert refusal(data[: len(data) // 2], enough_px=50).reason == Reason.TRUNCATED


def test_damage_inside_a_whole_file_is_unreadable() -> None:
    data = bytearray(encoded(noise()))
    data[60:400] = bytes(340)

    assert refusal(bytes(data)).reason == Reason.UNREADABLE


def test_limits_are_checked_before_any_pixel_is_decoded() -> None:
    header_only = encoded(np.zeros((3000, 3000, 3), dtype=np.uint8))[:200]

    assert refusal(header_only, side=2000).reason == Reason.TOO_LARGE


def test_what_pillow_calls_a_bomb_is_too_large() -> None:
    png = bytearray(encoded(noise()))
    png[16:24] = (30_000).to_bytes(4, "big") * 2
    png[29:33] = crc32(png[12:29]).to_bytes(4, "big")

    assert refusal(bytes(png)).reason == Reason.TOO_LARGE


def test_a_large_flat_picture_that_packs_too_well_is_not_unpacked() -> None:
    error = refusal(encoded(np.zeros((2500, 2500, 3), dtype=np.uint8)))

    assert error.reason == Reason.TOO_LARGE
    assert "unpacks" in str(error)


def test_frames_are_made_of_pixels_too() -> None:
    frame = Frame.of_pixels(noise(10, 20), source="drawn")

    assert (frame.width_px, frame.height_px, frame.source) == (20, 10, "drawn")
    assert frame.id == Frame.of_pixels(noise(10, 20)).id
    with pytest.raises(ValueError, match=r"uint8 \(h, w, 3\) is needed"):
        Frame.of_pixels(noise()[..., :2])
