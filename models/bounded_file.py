"""A picture's bytes as a file of which a reader gets only so much.

Pillow's readers go through a header piece by piece, in Python: 1.5 million empty segments in a
JPEG of 6 MB kept one busy for 9 s, and 60 MB of EXIF segments, which it joins one by one, for a
minute.
"""

from io import BytesIO
from math import inf

MOST_READS = 250_000
"""Take less than a second, and are enough for a PNG of 64 MB in pieces of 1 KB."""
MOST_HEADER_BYTES = 16_000_000
"""What stands before the pixels: EXIF, previews and colour profiles have a few MB at most."""


class BoundedFile(BytesIO):
    """Bytes that raise `OSError` when a reader asks for too many pieces, or too long ones.

    Reading all of the rest at once, as the readers do that are not written in Python, counts as
    one piece of no length.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._reads_left = MOST_READS
        self._bytes_left: float = MOST_HEADER_BYTES

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes, or the rest.

        Raises:
            OSError: Again whenever it is asked once the bounds are reached.
        """
        self._reads_left -= 1
        self._bytes_left -= max(0, size or 0)
        if self._reads_left < 0:
            raise OSError(f"it has more than {MOST_READS} parts")
        if self._bytes_left < 0:
            raise OSError(f"its header has more than {MOST_HEADER_BYTES / 1e6:g} MB")
        return super().read(size)

    def end_header(self) -> None:
        """Tell that pixels follow: they may be as long as the file."""
        self._bytes_left = inf
