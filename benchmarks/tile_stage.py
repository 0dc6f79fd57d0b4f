"""Large empty frames of the demo world, into which hikers of a chosen size are put one by one."""

from dataclasses import dataclass, replace
from io import BytesIO
from math import ceil

import numpy as np
import numpy.typing as npt
from PIL import Image

from demo.camera import expose
from demo.conditions import UNSEEN, Conditions
from demo.ground import Painter
from demo.materials import Material
from demo.plants import build, litter, plant
from demo.things import KINDS, TARGET, Looks
from ensembles.votes import Box

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]

BLOCK = 16
"""JPEG's blocks with halved colour: a patch that fits them is encoded as it would be in place."""
RIM = 2 * BLOCK
"""Pixels around a patch that blur and noise may look at."""
TRIES = 100
"""Places looked at for dry land."""
WET = ("coast", "lakeside")
DRY = replace(UNSEEN, places=tuple(place for place in UNSEEN.places if place[0] not in WET))
NOTHING = np.empty((0, 3), np.float32)


@dataclass(frozen=True, slots=True)
class Staged:
    """A hiker in a frame.

    Args:
        box: Of the hiker, without its shadow.
        patch: The part of the frame that changed.
        pixels: Of that part, uint8 (h, w, 3).
    """

    box: Box
    patch: Box
    pixels: Pixels


class Stage:
    """An empty frame of a land that no training flight had.

    Args:
        size: Width and height, pixels.
        seed: Of the land, its light and its air.
    """

    def __init__(self, size: Size, seed: int) -> None:
        self.size = size
        self._rng = np.random.default_rng((seed, *size))
        self._conditions = DRY.draw(self._rng)
        width, height = size
        painter = Painter(self._conditions, width=width, height=height, seed=seed)
        self._ground = painter.paint()
        self._land = Image.fromarray(self._ground.pixels)
        litter(self._land, self._ground, self._conditions, self._rng)
        build(self._land, self._ground, self._conditions, self._rng, NOTHING)
        plant(self._land, self._ground, self._conditions, self._rng, NOTHING)

    def jpeg(self) -> bytes:
        """Return the empty frame as a camera leaves it."""
        return _jpeg(expose(self._land, self._conditions, self._rng), self._conditions)

    def put(self, length_px: int) -> Staged:
        """Return the frame's patch with a hiker of that length somewhere on dry land."""
        look = self._look(length_px)
        outline = look.sprite.outline()
        half = look.shadow.colour.width // 2 + 1
        x, y = self._spot(half)
        low, high = np.floor(outline.min(axis=0)), np.ceil(outline.max(axis=0))
        box = Box(x + int(low[0]), y + int(low[1]), x + int(high[0]), y + int(high[1]))
        patch = self._aligned(x, y, half)
        return Staged(box, patch, self._exposed(look, patch, (x, y)))

    def _look(self, length_px: int) -> Looks:
        """Return one variant, drawn from the height above ground that makes it that long."""
        seed = int(self._rng.integers(2**31))
        kind = KINDS[TARGET]
        drawn = kind.look(self._conditions, np.random.default_rng(seed))
        longest = float(np.ptp(drawn.sprite.outline(), axis=0).max())
        altitude = self._conditions.altitude_m * longest / length_px
        seen_from = replace(self._conditions, altitude_m=altitude)
        return kind.look(seen_from, np.random.default_rng(seed))

    def _spot(self, half: int) -> tuple[int, int]:
        width, height = self.size
        x, y = width // 2, height // 2
        for _ in range(TRIES):
            x = int(self._rng.integers(half, width - half))
            y = int(self._rng.integers(half, height - half))
            if self._ground.material_at((x, y)) is not Material.WATER:
                break
        return x, y

    def _aligned(self, x: int, y: int, half: int) -> Box:
        width, height = self.size
        return Box(
            (x - half) // BLOCK * BLOCK,
            (y - half) // BLOCK * BLOCK,
            min(ceil((x + half) / BLOCK) * BLOCK, width),
            min(ceil((y + half) / BLOCK) * BLOCK, height),
        )

    def _exposed(self, look: Looks, patch: Box, spot: tuple[int, int]) -> Pixels:
        corner = (patch.left - RIM, patch.top - RIM)
        scene = self._land.crop((*corner, patch.right + RIM, patch.bottom + RIM))
        place = (float(spot[0] - corner[0]), float(spot[1] - corner[1]))
        look.shadow.paste(scene, place)
        look.sprite.paste(scene, place)
        seen = expose(scene, self._conditions, self._rng)
        inner = seen.crop((RIM, RIM, seen.width - RIM, seen.height - RIM))
        with Image.open(BytesIO(_jpeg(inner, self._conditions))) as decoded:
            return np.asarray(decoded.convert("RGB"))


def _jpeg(picture: Image.Image, conditions: Conditions) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=conditions.jpeg_quality)
    return file.getvalue()
