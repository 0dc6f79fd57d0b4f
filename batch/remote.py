"""URLs such as `s3://bucket/flight/`, by fsspec: the extra `remote`, and the store's package."""

from collections.abc import Iterator
from importlib import import_module
from posixpath import splitext
from typing import Any

from batch.archives import refused
from batch.input import Input
from batch.listing import Listing
from batch.opening import Opened, refuse_heavy
from batch.sources import PICTURE_SUFFIXES
from ensembles.errors import BadImageError, SkysiftError
from ensembles.reasons import Reason
from models.limits import Limits


def list_remote(name: str, listing: Listing) -> Iterator[Input]:
    """Yield what a URL means: one picture, those below a folder, or those that fit a pattern.

    What cannot be reached is one failed input.

    Raises:
        SkysiftError: fsspec, or the package for this kind of store, is not installed.
    """
    store, path = _store_of(name)
    try:
        if "*" in path:
            found = sorted(store.glob(path))
        elif store.isdir(path):
            found = sorted(store.find(path))
        else:
            yield Input(name, kind="url")
            return
    except (OSError, ValueError) as error:
        yield refused(name, f"cannot be listed: {error}")
        return
    for each in found:
        if splitext(each)[1].lower() in PICTURE_SUFFIXES:
            yield Input(store.unstrip_protocol(each), kind="url")
        else:
            listing.leave_out(each)


def open_url(from_input: Input, limits: Limits) -> Opened:
    """Return a picture behind a URL, which is fetched when it is decoded."""

    def read() -> bytes:
        try:
            store, path = _store_of(from_input.source)
            refuse_heavy(store.size(path) or 0, limits)
            data: bytes = store.cat_file(path)
        except (OSError, ValueError, SkysiftError) as error:
            if isinstance(error, BadImageError):
                raise
            raise BadImageError(Reason.UNREADABLE, f"cannot be fetched: {error}") from error
        return data

    return Opened(from_input, read)


def _store_of(name: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, and the path in it."""
    try:
        fsspec = import_module("fsspec.core")
    except ModuleNotFoundError:
        raise SkysiftError(f"{name}: URLs need fsspec: pip install 'skysift[remote]'") from None
    try:
        store, path = fsspec.url_to_fs(name)
    except (ImportError, ValueError) as error:
        raise SkysiftError(f"{name}: {error}") from None
    return store, path
