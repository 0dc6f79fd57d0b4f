"""The pictures as a network sees them, decoded once and kept in a file that is mapped, not read.

A training looks at every picture dozens of times, and decoding one of 12 megapixels costs more
than learning from it. Memory stays flat: the file lies on the disk.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from curation.train.examples import Examples
from ensembles.errors import BadImageError
from models.frames import Frame
from models.limits import Limits
from models.pixels import Pixels
from models.preprocess import Recipe, fitted

Tell = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is, and how much there is."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Decoded pictures.

    Args:
        pixels: uint8, shape (n, *recipe.sides, 3), mapped from a file; black where unreadable.
        ids: Hex SHA-256 of each file's bytes; empty when there is no file.
        unreadable: Why, by index.
    """

    pixels: Pixels
    ids: tuple[str, ...]
    unreadable: dict[int, str] = field(default_factory=dict)


def decoded(
    examples: Examples, recipe: Recipe, folder: Path, *, limits: Limits, threads: int, tell: Tell
) -> Pictures:
    """Return the pictures; those decoded before, by this recipe, are still there.

    Args:
        examples: Whose pictures.
        recipe: Says size, crop and interpolation.
        folder: Gets the file; 150 KB for each picture of 224 x 224.
        limits: What a picture may cost.
        threads: That decode.
        tell: Is told how far it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"pixels-{_key(examples, recipe)}.npy"
    if not place.exists():
        _decode(examples, recipe, place, limits=limits, threads=threads, tell=tell)
    known = json.loads(_beside(place).read_text(encoding="utf-8"))
    unreadable = {int(index): why for index, why in known["unreadable"].items()}
    return Pictures(np.load(place, mmap_mode="r"), tuple(known["ids"]), unreadable)


def _decode(
    examples: Examples, recipe: Recipe, place: Path, *, limits: Limits, threads: int, tell: Tell
) -> None:
    draft = place.with_suffix(".part")
    shape = (len(examples), *recipe.sides, 3)
    pixels = np.lib.format.open_memmap(draft, mode="w+", dtype=np.uint8, shape=shape)
    ids, unreadable = [""] * len(examples), {}
    for done, (index, name, why) in enumerate(
        _fill(examples, recipe, pixels, limits=limits, threads=threads), start=1
    ):
        ids[index] = name
        if why:
            unreadable[index] = why
        tell("pictures decoded", done, len(examples))
    pixels.flush()
    facts = {"ids": ids, "unreadable": unreadable}
    _beside(place).write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(place)  # last: it says that all is there


def _fill(
    examples: Examples, recipe: Recipe, pixels: Pixels, *, limits: Limits, threads: int
) -> Iterator[tuple[int, str, str]]:
    """Write pictures into `pixels`, and yield the index, the id and what is wrong with each."""

    def put(index: int) -> tuple[int, str, str]:
        data = b""
        try:
            data = examples[index].path.read_bytes()
            frame = Frame.decode(data, enough_px=recipe.view_px, limits=limits)
        except (BadImageError, OSError) as error:
            return index, sha256(data).hexdigest() if data else "", str(error)
        pixels[index] = fitted(frame.pixels, recipe)
        return index, frame.id, ""

    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        yield from pool.map(put, range(len(examples)))


def _key(examples: Examples, recipe: Recipe) -> str:
    """Return what tells these pictures, in this size, from others."""
    said = sha256(repr(recipe.geometry).encode())
    for item in examples:
        known = item.path.stat() if item.path.exists() else None
        changed = f"{known.st_size} {known.st_mtime_ns}" if known else "missing"
        said.update(f"{item.path.absolute()}\0{changed}\0".encode())
    return said.hexdigest()[:16]


def _beside(place: Path) -> Path:
    return place.with_suffix(".json")
