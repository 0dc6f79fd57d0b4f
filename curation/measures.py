"""What the pixels of a frame say of its quality, on a small copy whatever its size."""

from dataclasses import dataclass

import imagehash
import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter1d

from ensembles.voter import Floats
from models.pixels import Pixels
from monitoring.attributes import ATTRIBUTE_OF, ATTRIBUTES, attributes_of

MEASURED_PX = 256
"""Shorter side of the copy: about what voters see, and what makes frames comparable."""

HIGHLIGHTS = 0.99
"""Share of the pixels that `highlights` leaves below; a few lamps do not make a frame bright."""

NEARLY_WHITE = 250
"""Of 255: JPEG seldom brings back a clipped pixel as 255."""

REBLUR_PX = 9
"""Side of the second blur, as in the paper."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one frame; the columns `QUALITY` of the manifest say what each means.

    Args:
        attributes: By name, in the order of `ATTRIBUTES`.
        highlights: Luma in [0, 1].
        blown_share: In [0, 1].
        blur: In [0, 1].
        entropy_bits: In [0, 8].
        perceptual_hash: 64 bits.
    """

    attributes: dict[str, float]
    highlights: float
    blown_share: float
    blur: float
    entropy_bits: float
    perceptual_hash: int


def measure(pixels: Pixels) -> Measures:
    """Return the measures of a frame, uint8, shape (h, w, 3), RGB."""
    luma = _small_luma(pixels)
    shares = np.array(luma.histogram(), dtype=np.float64) / (luma.width * luma.height)
    there = shares[shares > 0]
    return Measures(
        attributes=_attributes(pixels),
        highlights=float(np.searchsorted(np.cumsum(shares), HIGHLIGHTS)) / 255,
        blown_share=float(shares[NEARLY_WHITE:].sum()),
        blur=blur_of(np.asarray(luma, dtype=np.float32)),
        entropy_bits=max(0.0, float(-(there * np.log2(there)).sum())),
        perceptual_hash=_hash_of(luma),
    )


def blur_of(luma: Floats) -> float:
    """Return how little is lost when a picture is blurred once more, in [0, 1].

    After Crete, Dolmiere, Ladret & Nicolas, "The blur effect" (2007): of the differences between
    neighbours, the share that a blur along their line leaves; the larger of both directions, so
    that the motion of a drone counts as well. A picture without any difference gives 0.
    """
    return max(_left_after_blur(luma, axis) for axis in (0, 1))


def _left_after_blur(luma: Floats, axis: int) -> float:
    before = np.abs(np.diff(luma, axis=axis))
    after = np.abs(np.diff(uniform_filter1d(luma, REBLUR_PX, axis=axis), axis=axis))
    total = float(before.sum(dtype=np.float64))
    lost = float(np.maximum(before - after, 0).sum(dtype=np.float64))
    return 1 - lost / total if total else 0.0


def _small_luma(pixels: Pixels) -> Image.Image:
    luma = Image.fromarray(pixels).convert("L")
    scale = MEASURED_PX / min(luma.size)
    if scale >= 1:
        return luma
    size = (max(1, round(luma.width * scale)), max(1, round(luma.height * scale)))
    return luma.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _attributes(pixels: Pixels) -> dict[str, float]:
    """Return one number an attribute: of the colour cast, which has two axes, its length."""
    squares = dict.fromkeys(ATTRIBUTES, 0.0)
    numbers = attributes_of(pixels)
    for name, number in zip(ATTRIBUTE_OF, numbers, strict=True):
        squares[name] += float(number) ** 2
    signed = dict(zip(ATTRIBUTE_OF, map(float, numbers), strict=True))
    return {
        name: signed[name] if ATTRIBUTE_OF.count(name) == 1 else square**0.5
        for name, square in squares.items()
    }


def _hash_of(luma: Image.Image) -> int:
    bits = imagehash.phash(luma).hash.ravel()
    return int.from_bytes(np.packbits(bits).tobytes())
