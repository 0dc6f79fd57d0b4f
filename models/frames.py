"""A frame: one picture to decide on, upright RGB pixels plus where it came from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Self

import numpy as np
from PIL import Image

from ensembles.reasons import Reason
from models.exif import UNKNOWN, Taken, read_exif
from models.formats import PILLOW_FAULTS, blame, open_picture
from models.jpeg_scans import refuse_many_scans
from models.limits import Limits
from models.pixels import LYING, Pixels, orientation, pixel_bytes, upright_rgb
from models.preprocess import Recipe, fitted
from models.xmp import read_xmp

DEFAULT_LIMITS = Limits()
SCANNED = ("JPEG", "MPO")
"""Pillow's names of what goes over its pixels scan by scan."""

Fit = Callable[[Pixels, Recipe], Pixels]
"""Returns pixels in the size a network sees, as `models.preprocess.fitted` does."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture to decide on.

    Args:
        pixels: uint8, shape (h, w, 3), RGB, upright, read-only. Smaller than the original when
            the decoder was told that less is enough.
        id: Hex SHA-256 of the encoded bytes: the same picture has the same id everywhere.
        source: Where it came from, for people: a file name, a URL.
        width_px: Of the original, upright.
        height_px: Of the original, upright.
        taken: When and where; its fields are None where the file does not say.
        doubts: Why no vote may skip this frame.
        fit: Fits the pixels for a voter; that of a gate's view remembers what others need too.
    """

    pixels: Pixels
    id: str
    source: str
    width_px: int
    height_px: int
    taken: Taken = UNKNOWN
    doubts: tuple[Reason, ...] = ()
    fit: Fit = fitted

    @property
    def captured_at(self) -> datetime | None:
        """When; aware and in UTC, or naive when only the camera's clock is known."""
        return self.taken.at

    @property
    def latitude(self) -> float | None:
        """Degrees north of where the drone was."""
        return self.taken.latitude

    @property
    def longitude(self) -> float | None:
        """Degrees east of where the drone was."""
        return self.taken.longitude

    @property
    def altitude_m(self) -> float | None:
        """Metres above sea level, as the file has it."""
        return self.taken.altitude_m

    @classmethod
    def decode(
        cls,
        data: bytes,
        *,
        source: str = "",
        enough_px: int | None = None,
        enough_scale: float = 0.0,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Self:
        """Return the first picture in the bytes, whatever a name or a header called them.

        Args:
            data: The encoded picture.
            source: Kept for people to read.
            enough_px: Shorter side that is enough for every voter. A JPEG is then scaled while it
                is decoded, which is 4 to 6 times cheaper at 12 MP, and never falls below it.
            enough_scale: Share of the original's resolution, in [0, 1], below which it must not
                fall either: what tiles need.
            limits: What a picture may cost.

        Raises:
            BadImageError: Its reason is one of `empty`, `not_an_image`, `unsupported_format`,
                `truncated`, `unreadable` and `too_large`.
        """
        picture = open_picture(data)
        size = picture.size
        limits.check(size, pixel_bytes=pixel_bytes(picture.mode), file_bytes=len(data))
        if picture.format in SCANNED:
            refuse_many_scans(data, size)
        try:
            if enough_px is not None:
                picture.draft(None, _enough(size, enough_px, enough_scale))
            picture.load()
            exif = _exif_of(picture)
            turn = orientation(exif)
            pixels = upright_rgb(picture, turn)
        except PILLOW_FAULTS as error:
            raise blame(error, data) from error
        width, height = size[::-1] if turn in LYING else size
        return cls(
            pixels=pixels,
            id=sha256(data).hexdigest(),
            source=source,
            width_px=width,
            height_px=height,
            taken=_taken(exif, picture),
            doubts=(Reason.MORE_FRAMES,) if _has_more_frames(picture) else (),
        )

    @classmethod
    def of_pixels(cls, pixels: Pixels, *, source: str = "", taken: Taken = UNKNOWN) -> Self:
        """Return a frame of pixels that were never encoded, uint8, shape (h, w, 3), RGB.

        Raises:
            ValueError: The array has another shape or type.
        """
        if pixels.dtype != np.uint8 or pixels.shape[2:] != (3,) or not pixels.size:
            raise ValueError(f"uint8 (h, w, 3) is needed, not {pixels.dtype} {pixels.shape}")
        own = pixels.copy()
        own.flags.writeable = False
        height, width = own.shape[:2]
        return cls(own, sha256(own.tobytes()).hexdigest(), source, width, height, taken)


def _enough(size: tuple[int, int], px: int, scale: float) -> tuple[int, int]:
    """Return the width and height that are enough, pixels."""
    width, height = size
    return max(px, ceil(width * scale)), max(px, ceil(height * scale))


def _exif_of(picture: Image.Image) -> Image.Exif:
    """Return the EXIF block, empty when it is damaged: that is no reason to refuse the pixels."""
    try:
        return picture.getexif()
    except PILLOW_FAULTS:
        return Image.Exif()


def _taken(exif: Image.Exif, picture: Image.Image) -> Taken:
    try:
        return read_exif(exif, read_xmp(picture.info.get("xmp")))
    except PILLOW_FAULTS:
        return UNKNOWN


def _has_more_frames(picture: Image.Image) -> bool:
    """Say whether there is a second picture that nobody will judge.

    An MPO's second picture is a preview or the other eye's view of the same moment. `n_frames` is
    not asked: it walks the whole file, and fails on files whose first frame is good.
    """
    if picture.format == "MPO":
        return False
    try:
        picture.seek(1)
    except EOFError:
        return False
    except PILLOW_FAULTS:
        return True  # it says there is one, and it cannot be read
    return True
