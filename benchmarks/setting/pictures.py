"""Pictures as cameras deliver them: large JPEGs with structure at every scale, drawn by seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

Size = tuple[int, int]

CAMERA_PX: Size = (4000, 3000)
"""Width and height of a 12 MP picture."""
LAYERS = {4: 40, 8: 30, 40: 15, 200: 10, 1000: 10}
"""Grids of chance, so many cells wide and of such a spread in levels, that are blown up to the
picture's size and added. The coarse ones are the strongest, as in photographs, so that what a
network says does not hang on how a decoder treats the finest."""
MOST = 60
GRAIN = 4
QUALITY = 88
"""Of the JPEG: about 4 MB at 12 MP, as cameras write it."""


@dataclass(frozen=True)
class Picture:
    """A JPEG file; its bytes are read once."""

    path: Path

    @property
    def name(self) -> str:
        """What the picture is called."""
        return self.path.stem

    @cached_property
    def data(self) -> bytes:
        """The encoded picture."""
        return self.path.read_bytes()


def pictures(folder: Path, count: int, size_px: Size = CAMERA_PX) -> tuple[Picture, ...]:
    """Return `count` pictures of one size, drawn where they are not yet in the folder."""
    place = folder / "{}x{}".format(*size_px)
    place.mkdir(parents=True, exist_ok=True)
    found = tuple(Picture(place / f"{seed:03}.jpg") for seed in range(count))
    for seed, picture in enumerate(found):
        if not picture.path.exists():
            _write(picture.path, drawn(seed, size_px))
    return found


def drawn(seed: int, size_px: Size = CAMERA_PX) -> bytes:
    """Return the JPEG of this seed."""
    chance = np.random.default_rng(seed)
    width, height = size_px
    pixels = np.zeros((height, width, 3), dtype=np.float32)
    for side, sigma in LAYERS.items():
        coarse = chance.normal(0, sigma, (side * 3 // 4, side, 3)).clip(-MOST, MOST) + 64
        layer = Image.fromarray(coarse.astype(np.uint8)).resize(size_px, Image.Resampling.BICUBIC)
        pixels += np.asarray(layer, dtype=np.float32) - 64
    pixels += chance.normal(128, GRAIN, (height, width, 1)).astype(np.float32)
    file = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def megabytes(some: Sequence[Picture]) -> float:
    """Return the mean size of a file, MB."""
    return sum(len(picture.data) for picture in some) / len(some) / 1e6


def _write(path: Path, data: bytes) -> None:
    """Write under another name first: a run that is stopped leaves no half picture."""
    draft = path.with_suffix(".part")
    draft.write_bytes(data)
    draft.replace(path)
