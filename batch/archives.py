"""Zip archives: every picture inside is an input, and none is unpacked to the disk."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - an exception in all but name

from batch.input import Input
from batch.listing import Listing
from batch.opening import Opened, refuse_heavy
from batch.sources import PICTURE_SUFFIXES
from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models.limits import Limits

MOST_MEMBERS = 1_000_000
MOST_EXPANSION = 1_000
"""Bytes of a member per byte in the archive: pictures hardly shrink, bombs do a million times."""

HARMLESS_BYTES = 16 * 2**20
"""Below this a member may pack as well as it likes."""

FAULTS = (BadZipFile, OSError, ZlibError, EOFError, NotImplementedError, RuntimeError, KeyError)
"""What damaged, encrypted and exotic archives have been seen to raise."""


def list_archive(name: str, listing: Listing) -> Iterator[Input]:
    """Yield the pictures in an archive, in its order; an unreadable archive is one failed input."""
    try:
        with ZipFile(name) as archive:
            members = archive.infolist()
    except FAULTS as error:
        yield refused(name, f"the archive cannot be read: {error}")
        return
    if len(members) > MOST_MEMBERS:
        yield refused(name, f"{len(members)} members; {MOST_MEMBERS} are allowed", Reason.TOO_LARGE)
        return
    for member in members:
        path = PurePosixPath(member.filename)
        if member.is_dir() or any(map(_is_hidden, path.parts)):
            continue
        if path.suffix.lower() in PICTURE_SUFFIXES:
            yield Input(f"{name}/{member.filename}", kind="member", archive=name)
        else:
            listing.leave_out(Path(name) / path)


def _is_hidden(part: str) -> bool:
    """Say so of a name that begins with a dot; `..` hides nothing, and leads nowhere here."""
    return part.startswith(".") and part != ".."


def refused(name: str, detail: str, reason: Reason = Reason.UNREADABLE) -> Input:
    """Return an input of which it is known already that it cannot be read."""
    return Input(name, kind="refused", reason=reason, detail=detail)


def open_member(from_input: Input, limits: Limits) -> Opened:
    """Return a picture in an archive, which is unpacked into memory when it is decoded."""

    def read() -> bytes:
        try:
            with ZipFile(from_input.archive) as archive:
                member = archive.getinfo(from_input.member)
                refuse_heavy(member.file_size, limits)
                _refuse_bomb(member.file_size, member.compress_size)
                # Not more than its header says, whatever its stream would unpack to.
                with archive.open(member) as file:
                    return file.read(member.file_size)
        except FAULTS as error:
            raise BadImageError(Reason.UNREADABLE, f"cannot be unpacked: {error}") from error

    return Opened(from_input, read)


def _refuse_bomb(size: int, packed: int) -> None:
    if size > HARMLESS_BYTES and size > packed * MOST_EXPANSION:
        raise BadImageError(
            Reason.TOO_LARGE,
            f"{packed} bytes unpack to {size}: the limit is {MOST_EXPANSION} times",
        )
