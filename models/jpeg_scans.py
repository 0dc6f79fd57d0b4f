"""How often a JPEG goes over its pixels: a progressive one may do so without end.

A file of 66 KB with 3,000 scans of 2000 x 2000 pixels kept a decoder busy for 34 s. ("Two Issues
with the JPEG Standard", libjpeg-turbo 2015, describes the trick.)
"""

from ensembles.errors import BadImageError
from ensembles.reasons import Reason

START_OF_SCAN = b"\xff\xda"
"""Never stands among the coded pixels, where every 0xFF is followed by 0 or a restart marker."""

MOST_SCANS = 100
"""Encoders write about ten; a thumbnail and a second picture in the same file have their own."""
MOST_PASSES = 2_500_000_000
"""Pixels times scans: a picture of 120 MP in 20 scans, which takes about 7 s."""


def refuse_many_scans(data: bytes, size: tuple[int, int]) -> None:
    """Refuse a JPEG whose scans would keep a decoder busy.

    Args:
        data: The encoded picture.
        size: Width and height, pixels.

    Raises:
        BadImageError: `too_large`, naming the limit and the value.
    """
    scans = data.count(START_OF_SCAN)
    most = min(MOST_SCANS, MOST_PASSES // (size[0] * size[1]))
    if scans > most:
        raise BadImageError(
            Reason.TOO_LARGE,
            f"picture too large: {scans} scans over {size[0]} x {size[1]} pixels: "
            f"the limit is {most} scans",
        )
