"""Whatever the bytes, decoding gives a frame or says why not."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ensembles.errors import BadImageError
from models.frames import Frame
from models.limits import Limits
from tests.models.pictures import animated, encoded, noise
from tests.models.test_exif import PLACE, SATELLITES, SHOT, exif_of

MUTANTS = 60
SMALL = Limits(pixels=1_000_000, side=4000)
EXIF = exif_of(SHOT, {**PLACE, **SATELLITES})
SEEDS = {
    "jpeg": encoded(noise(24, 32), "JPEG", exif=EXIF),
    "progressive": encoded(noise(24, 32), "JPEG", progressive=True, exif=EXIF),
    "mpo": animated("MPO", 2),
    "png": encoded(noise(24, 32), "PNG", exif=EXIF),
    "apng": animated("PNG", 2),
    "webp": encoded(noise(24, 32), "WEBP", exif=EXIF),
    "gif": animated("GIF", 2),
    "tiff": encoded(noise(24, 32), "TIFF", exif=EXIF),
    "lzw": encoded(noise(24, 32), "TIFF", compression="tiff_lzw"),
    "bmp": encoded(noise(24, 32), "BMP"),
    "thermal": encoded(Image.fromarray(noise(24, 32)[..., 0].astype(np.uint16) * 99), "TIFF"),
}


def mutants(data: bytes, seed: int) -> Iterator[bytes]:
    """Flipped bytes, mostly in the header, and pieces cut out, doubled or zeroed."""
    chance = np.random.default_rng(seed)
    for _ in range(MUTANTS):
        mutant = bytearray(data)
        start = int(chance.integers(0, len(data) if chance.random() < 0.5 else min(len(data), 200)))
        length = int(chance.integers(1, 12))
        match int(chance.integers(0, 4)):
            case 0:
                mutant[start : start + length] = chance.bytes(length)
            case 1:
                del mutant[start : start + length]
            case 2:
                mutant[start:start] = mutant[start : start + length]
            case _:
                mutant[start : start + length] = b"\xff" * length
        yield bytes(mutant)


@pytest.mark.parametrize("form", SEEDS)
def test_only_bad_image_errors_come_out_of_damaged_pictures(form: str) -> None:
    outcomes: set[object] = set()

    for mutant in mutants(SEEDS[form], seed=len(form)):
        try:
            frame = Frame.decode(mutant, enough_px=8, limits=SMALL)
        except BadImageError as error:
            outcomes.add(error.reason)
        else:
            outcomes.add(frame.pixels.shape[2])

    assert outcomes - {3}, "no mutant was refused"


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_never_a_picture(seed: int) -> None:
    with pytest.raises(BadImageError):
        Frame.decode(np.random.default_rng(seed).bytes(2000), limits=SMALL)


def test_the_seeds_are_whole_pictures() -> None:
    assert all(Image.open(BytesIO(data)).size for data in SEEDS.values())
