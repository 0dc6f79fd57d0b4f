"""Defects as they happen to drone pictures, put into known frames, and files that are no use."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from scipy.ndimage import uniform_filter1d

from curation.clean.finding import Defect

QUALITY = 85
FOG_LEVEL = 200
SENSOR_NOISE = 3.0

Change = Callable[[Image.Image], bytes]


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect of one strength.

    Args:
        name: Of the folder and of the line in the table.
        defect: What it must be found as.
        change: From a good picture to the bytes of a file.
    """

    name: str
    defect: Defect
    change: Change


def jpeg(picture: Image.Image, quality: int = QUALITY) -> bytes:
    """Return the bytes of a JPEG."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _gain(factor: float) -> Change:
    def change(picture: Image.Image) -> bytes:
        lit = np.asarray(picture, dtype=np.float32) * factor
        return jpeg(Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8)))

    return change


def _defocus(share: float) -> Change:
    """Blur whose deviation is this share of the shorter side."""
    return lambda picture: jpeg(picture.filter(ImageFilter.GaussianBlur(share * min(picture.size))))


def _motion(share: float) -> Change:
    """Smear along the width over this share of the shorter side."""

    def change(picture: Image.Image) -> bytes:
        length = max(2, round(share * min(picture.size)))
        smeared = uniform_filter1d(np.asarray(picture, dtype=np.float32), length, axis=1)
        return jpeg(Image.fromarray(smeared.astype(np.uint8)))

    return change


def _fog(share: float) -> Change:
    def change(picture: Image.Image) -> bytes:
        hidden = np.asarray(picture, dtype=np.float32) * (1 - share) + FOG_LEVEL * share
        return jpeg(Image.fromarray(hidden.astype(np.uint8)))

    return change


def _lens_cap(picture: Image.Image) -> bytes:
    noise = np.random.default_rng(8).normal(4, SENSOR_NOISE, (picture.height, picture.width, 3))
    return jpeg(Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)))


def _cut(picture: Image.Image) -> bytes:
    whole = jpeg(picture)
    return whole[: len(whole) // 2]


def _moved(share: float) -> Change:
    """The next frame of a burst: the view moves by this share of the width."""

    def change(picture: Image.Image) -> bytes:
        step = max(1, round(share * picture.width))
        moved = picture.crop((step, step // 2, picture.width, picture.height))
        return jpeg(moved)

    return change


PLANTED = (
    Planted("half of the file", Defect.BROKEN, _cut),
    Planted("no picture", Defect.BROKEN, lambda _: b"not a picture"),
    Planted("light x 0.3", Defect.UNDEREXPOSED, _gain(0.3)),
    Planted("light x 0.15", Defect.UNDEREXPOSED, _gain(0.15)),
    Planted("lens cap", Defect.UNDEREXPOSED, _lens_cap),
    Planted("light x 2", Defect.OVEREXPOSED, _gain(2)),
    Planted("light x 3", Defect.OVEREXPOSED, _gain(3)),
    Planted("out of focus, 0.4 % of the side", Defect.BLURRED, _defocus(0.004)),
    Planted("out of focus, 0.8 %", Defect.BLURRED, _defocus(0.008)),
    Planted("out of focus, 1.6 %", Defect.BLURRED, _defocus(0.016)),
    Planted("smeared over 2 %", Defect.BLURRED, _motion(0.02)),
    Planted("smeared over 5 %", Defect.BLURRED, _motion(0.05)),
    Planted("fog, 90 %", Defect.LOW_INFORMATION, _fog(0.9)),
    Planted("fog, 97 %", Defect.LOW_INFORMATION, _fog(0.97)),
    Planted("copied", Defect.EXACT_DUPLICATE, jpeg),
    Planted("JPEG of quality 50", Defect.NEAR_DUPLICATE, lambda picture: jpeg(picture, 50)),
    Planted(
        "half the size",
        Defect.NEAR_DUPLICATE,
        lambda picture: jpeg(picture.resize((picture.width // 2, picture.height // 2))),
    ),
    Planted(
        "15 % brighter",
        Defect.NEAR_DUPLICATE,
        lambda picture: jpeg(ImageEnhance.Brightness(picture).enhance(1.15)),
    ),
    Planted("moved by 1 %", Defect.NEAR_DUPLICATE, _moved(0.01)),
    Planted("moved by 2 %", Defect.NEAR_DUPLICATE, _moved(0.02)),
    Planted("moved by 5 %", Defect.NEAR_DUPLICATE, _moved(0.05)),
    Planted(
        "turned by 2 degrees",
        Defect.NEAR_DUPLICATE,
        lambda picture: jpeg(picture.rotate(2, resample=Image.Resampling.BICUBIC)),
    ),
)
"""Copies are named from what they were made of: the good frame is a JPEG of the same quality."""
