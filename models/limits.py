"""How large a picture may be before it is decoded."""

from dataclasses import dataclass

from ensembles.errors import BadImageError
from ensembles.reasons import Reason

PILLOW_PIXELS = 178_956_970
"""Above this Pillow itself refuses a picture, so no limit of ours can be higher."""

HARMLESS_PIXELS = 4_000_000
"""Below this a picture may pack as well as it likes: its pixels fill 12 MB at most."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may cost; checked on its header, before any pixel is decoded.

    Args:
        pixels: Width times height.
        side: Pixels along the longer side.
        expansion: Bytes of pixels per byte of file. A flat PNG of 177 MP packs into 0.5 MB and
            unpacks into 1.5 GB; photographs stay far below 100.
    """

    pixels: int = 120_000_000
    side: int = 32_768
    expansion: float = 300.0

    def check(self, size: tuple[int, int], *, pixel_bytes: int, file_bytes: int) -> None:
        """Refuse a picture that would cost too much.

        Args:
            size: Width and height, pixels.
            pixel_bytes: Bytes of one decoded pixel.
            file_bytes: Bytes of the encoded picture.

        Raises:
            BadImageError: `too_large`, naming the limit and the value.
        """
        width, height = size
        if max(size) > self.side:
            raise _too_large(f"{width} x {height}: a side may have {self.side} pixels at most")
        if width * height > self.pixels:
            raise _too_large(
                f"{width} x {height} = {width * height / 1e6:.1f} MP: "
                f"the limit is {self.pixels / 1e6:g} MP"
            )
        expansion = width * height * pixel_bytes / file_bytes
        if width * height > HARMLESS_PIXELS and expansion > self.expansion:
            raise _too_large(
                f"{width} x {height} packed into {file_bytes} bytes unpacks {expansion:.0f} times: "
                f"the limit is {self.expansion:g} times"
            )


def _too_large(what: str) -> BadImageError:
    return BadImageError(Reason.TOO_LARGE, f"picture too large: {what}")
