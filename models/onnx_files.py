"""Which other files an ONNX file reads its weights from, and whether it may.

The format is read here without the `onnx` package, which serving does not need, and without
taking the weights themselves into memory.
"""

from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath

from ensembles.errors import WeightsError

# For each message of onnx.proto: the numbers of the fields that lead to a tensor, and to what.
PATHS_TO_TENSORS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
ENTRY_KEY, ENTRY_VALUE = 1, 2
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MORE_FOLLOWS = 0x80
DEEPEST = 64
"""Graphs inside graphs; a file that nests deeper is made to hurt."""

ODD_CHARACTERS = frozenset("\\\0")

Slice = tuple[int, int]


def external_files(path: Path) -> tuple[Path, ...]:
    """Return the files beside `path` that hold weights of it, sorted.

    Raises:
        WeightsError: The file is missing, is no ONNX file, or names a file outside its own
            folder, a link, or a file that is not there.
    """
    return tuple(_safe(path, name) for name in sorted(_external_names(path)))


def _external_names(path: Path) -> set[str]:
    try:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            return set(_locations(data, (0, len(data)), "model", 0))
    except FileNotFoundError:
        raise WeightsError(f"{path}: there is no such file; put the ONNX file there") from None
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, IndexError) as error:  # mmap refuses an empty file with a ValueError
        raise WeightsError(f"{path}: is not an ONNX file, or only a part of one: {error}") from None


def _safe(path: Path, name: str) -> Path:
    steps = PurePosixPath(name)
    if (
        not steps.parts
        or steps.is_absolute()
        or ".." in steps.parts
        or ODD_CHARACTERS.intersection(name)
    ):
        raise WeightsError(f"{path}: its weights are in {name!r}, outside the file's own folder")
    target = path.parent / steps
    if target.is_symlink() or target.parent.resolve() != path.parent.resolve() / steps.parent:
        raise WeightsError(f"{path}: its weights are in {name!r}, which is a link")
    if not target.is_file():
        raise WeightsError(f"{path}: its weights are in {name!r}, and there is no such file")
    return target


def _locations(data: mmap, span: Slice, message: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise ValueError("graphs are nested too deeply")
    paths = PATHS_TO_TENSORS[message]
    for field, inner in _fields(data, span):
        if field not in paths or inner is None:
            continue
        if paths[field] != "entry":
            yield from _locations(data, inner, paths[field], depth + 1)
        elif (location := _location(data, inner)) is not None:
            yield location


def _location(data: mmap, span: Slice) -> str | None:
    """Return the value of a key-value pair whose key is `location`."""
    pair = {field: data[inner[0] : inner[1]] for field, inner in _fields(data, span) if inner}
    if pair.get(ENTRY_KEY) != b"location":
        return None
    return pair.get(ENTRY_VALUE, b"").decode("utf-8")


def _fields(data: mmap, span: Slice) -> Iterator[tuple[int, Slice | None]]:
    """Yield each field's number and, for one that has a length, where its bytes are."""
    at, end = span
    while at < end:
        tag, at = _varint(data, at)
        field, wire = tag >> 3, tag & 7
        if not field:
            raise ValueError("a field has the number 0")
        inner = None
        if wire == VARINT:
            _, at = _varint(data, at)
        elif wire == BYTES:
            length, at = _varint(data, at)
            inner = at, at + length
            at += length
        elif wire in (FIXED64, FIXED32):
            at += 8 if wire == FIXED64 else 4
        else:
            raise ValueError(f"field {field} has wire type {wire}")
        if at > end:
            raise ValueError(f"field {field} ends {at - end} bytes after its message")
        yield field, inner


def _varint(data: mmap, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & ~MORE_FOLLOWS) << shift
        if not byte & MORE_FOLLOWS:
            return value, at
    raise ValueError("a number is longer than 10 bytes")
