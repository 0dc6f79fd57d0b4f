"""From an input to what can be decoded; originals are opened read-only, and nothing is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from batch.input import Input
from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models.exif import UNKNOWN, Taken
from models.limits import Limits
from models.pixels import Pixels

LARGEST_PIXEL_BYTES = 8
"""Four channels of 16 bits: a file larger than this per allowed pixel is no picture for us."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What can be decoded.

    Args:
        input: Where it comes from.
        read: Returns the encoded bytes, in whichever thread decodes them; raises `BadImageError`.
        pixels: uint8, shape (h, w, 3), RGB, of what is decoded in order, such as a video's
            frame; `read` is then not called.
        taken: When and where, of such pixels.
    """

    input: Input
    read: Callable[[], bytes]
    pixels: Pixels | None = None
    taken: Taken = UNKNOWN


Opener = Callable[[Input, Limits], Opened]


def open_input(from_input: Input, limits: Limits) -> Opened:
    """Return what can be decoded; what is wrong is raised by its `read`."""
    module, name = OPENERS[from_input.kind].split(":")
    opener: Opener = getattr(import_module(module), name)
    return opener(from_input, limits)


def open_file(from_input: Input, limits: Limits) -> Opened:
    """Return a file, which is read when it is decoded."""

    def read() -> bytes:
        path = Path(from_input.source)
        try:
            refuse_heavy(path.stat().st_size, limits)
            return path.read_bytes()
        except OSError as error:
            raise BadImageError(Reason.UNREADABLE, error.strerror or str(error)) from error

    return Opened(from_input, read)


def open_refused(from_input: Input, limits: Limits) -> Opened:  # noqa: ARG001 - an opener
    """Return what was found unreadable when the inputs were listed."""
    return unreadable(from_input, from_input.reason, from_input.detail)


def unreadable(from_input: Input, reason: Reason, detail: str) -> Opened:
    """Return an input that cannot be read, and why."""

    def read() -> bytes:
        raise BadImageError(reason, detail)

    return Opened(from_input, read)


def refuse_heavy(size: int, limits: Limits) -> None:
    """Raise `BadImageError` for more bytes than the largest allowed picture could fill."""
    most = limits.pixels * LARGEST_PIXEL_BYTES
    if size > most:
        raise BadImageError(
            Reason.TOO_LARGE, f"the file has {size} bytes; {limits.pixels} pixels need {most}"
        )


OPENERS = {
    "file": "batch.opening:open_file",
    "refused": "batch.opening:open_refused",
    "member": "batch.archives:open_member",
    "url": "batch.remote:open_url",
    "moment": "batch.videos:open_moment",
}
"""By `Input.kind`; imported when the first of its kind is opened."""
