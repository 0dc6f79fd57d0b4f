"""Which formats are read, what else the bytes might be, and what went wrong when they fail."""

import re
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError, features
from PIL.TiffImagePlugin import TiffImageFile

from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models.bounded_file import BoundedFile
from models.heif import reads_heif

# An allow-list: Pillow's rarer readers are where most of its advisories come from, and its EPS
# reader runs Ghostscript. MPO is not named because the JPEG reader finds it by itself.
ALWAYS_READ = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
READ_IN_WORDS = "JPEG, PNG, WebP, TIFF, BMP or GIF"


@dataclass(frozen=True, slots=True)
class SometimesRead:
    """A format whose reader is not everywhere.

    Args:
        name: Pillow's.
        start: Pattern of the first bytes.
        missing: What to say of it where there is no reader.
        has_reader: Says whether there is one here.
    """

    name: str
    start: bytes
    missing: str
    has_reader: Callable[[], bool]


SOMETIMES_READ = (
    SometimesRead(
        "HEIF",
        rb".{4}ftyp(?:hei[cxms]|hev[cmx]|mif1|msf1)",
        "HEIC (its reader is not installed: pip install 'skysift[heic]')",
        reads_heif,
    ),
    SometimesRead(
        "AVIF",
        rb".{4}ftyp(?:avif|avis)",
        "AVIF (this Pillow was built without its reader)",
        lambda: bool(features.check("avif")),
    ),
)

# Everything that Pillow's readers have been seen to raise on bytes that lie.
PILLOW_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    BufferError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)

# What people post by mistake: pattern of the first bytes, and what to say.
OTHER_FORMATS: tuple[tuple[bytes, str], ...] = (
    (rb".{4}ftyp", "an MP4 or QuickTime video"),
    (rb"RIFF.{4}AVI ", "an AVI video"),
    (rb"\0\0\0\x0cjP  |\xffO\xffQ", "JPEG 2000"),
    (rb"\0\0\0\x0cJXL |\xff\x0a", "JPEG XL"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "EPS or PostScript"),
    (rb"%PDF", "PDF"),
    (rb"8BPS", "Photoshop"),
    (rb"\s*(?:<\?xml.{0,300})?<svg", "SVG"),
    (rb"FUJIFILM|II\x1a\0\0\0HEAP|IIU\0|IIRO", "a camera's raw format"),
    (rb"PK\x03\x04|\x1f\x8b|Rar!|7z\xbc\xaf", "an archive"),
    (rb"P[1-7]\s", "a portable pixmap"),
    (rb"\0\0\x01\0", "an icon"),
)
# Formats that are read: the start by which they are known.
OWN_STARTS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF.{4}WEBP|GIF8[79]a|BM.{4}\0{4}"
    rb"|II\*\0|MM\0\*|II\+\0|MM\0\+",
    re.DOTALL,
)
LEAST_BOX_BYTES = 8
DNG_VERSION = 50706
"""TIFF tag of a DNG raw, whose first picture is a thumbnail of the one that matters."""

_QUIET = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


def open_picture(data: bytes) -> Image.Image:
    """Return the picture with its header read and none of its pixels.

    Raises:
        BadImageError: The bytes are no picture in a format that is read.
    """
    if not data:
        raise BadImageError(Reason.EMPTY, "the picture is empty: 0 bytes")
    quiet_pillow()
    file = BoundedFile(data)
    try:
        picture: Image.Image = Image.open(file, formats=_read_here())
    except PILLOW_FAULTS as error:
        raise (_foreign(data) or blame(error, data)) from error
    file.end_header()
    if isinstance(picture, TiffImageFile) and DNG_VERSION in picture.tag_v2:
        raise _unsupported("DNG raw")
    return picture


def _read_here() -> tuple[str, ...]:
    return (*ALWAYS_READ, *(one.name for one in SOMETIMES_READ if one.has_reader()))


def quiet_pillow() -> None:
    """Silence Pillow's warnings: what they say is refused or flagged by us, or does not matter.

    Not with `warnings.catch_warnings`, which is not safe when several threads decode at once.
    """
    if _QUIET not in warnings.filters:
        warnings.filterwarnings("ignore", module=_QUIET[3].pattern)


def blame(error: Exception, data: bytes) -> BadImageError:
    """Return what to tell a person when a picture in a known format cannot be read."""
    if isinstance(error, Image.DecompressionBombError | MemoryError):
        return BadImageError(Reason.TOO_LARGE, f"picture too large: {str(error) or 'no memory'}")
    if "truncated" in str(error).lower() or _is_cut(data):
        return BadImageError(
            Reason.TRUNCATED, f"the picture is cut short: its {len(data)} bytes end too early"
        )
    # Pillow's own words for it hold nothing but the address of an object.
    said = "its header makes no sense" if isinstance(error, UnidentifiedImageError) else error
    return BadImageError(Reason.UNREADABLE, f"the picture is damaged: {said}")


def _foreign(data: bytes) -> BadImageError | None:
    if OWN_STARTS.match(data):
        return None
    for one in SOMETIMES_READ:
        if re.match(one.start, data, re.DOTALL):
            return None if one.has_reader() else _unsupported(one.missing)
    for pattern, name in OTHER_FORMATS:
        if re.match(pattern, data[:512], re.DOTALL):
            return _unsupported(name)
    start = data[:16].decode("ascii", "replace").encode("ascii", "replace").decode()
    return BadImageError(
        Reason.NOT_AN_IMAGE,
        f"not a picture: {len(data)} bytes starting with {start!r}; send {READ_IN_WORDS}",
    )


def _unsupported(name: str) -> BadImageError:
    return BadImageError(
        Reason.UNSUPPORTED_FORMAT, f"{name} is not read; send {READ_IN_WORDS} instead"
    )


def _is_cut(data: bytes) -> bool:
    """Say whether the file ends before its own header says it does."""
    if data[:3] == b"GIF":
        return not data.rstrip(b"\0").endswith(b";")
    if data[:4] == b"RIFF":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if data[:2] in (b"II", b"MM"):
        directory = data[4:8] if data[:2] == b"MM" else data[7:3:-1]
        return int.from_bytes(directory, "big") + 2 > len(data)
    if data[:2] == b"BM":
        return int.from_bytes(data[2:6], "little") > len(data)
    if data[4:8] == b"ftyp":
        return _boxes_end(data) > len(data)
    end = b"IEND" if data[:4] == b"\x89PNG" else b"\xff\xd9"
    return end not in data


def _boxes_end(data: bytes) -> int:
    """Return where the last box of an ISO media file (HEIC, AVIF) ends, by its own header."""
    end = 0
    while end + LEAST_BOX_BYTES <= len(data):
        size = int.from_bytes(data[end : end + 4], "big")
        if size < LEAST_BOX_BYTES:  # 0: up to the end of the file; 1: longer than any picture
            break
        end += size
    return end
