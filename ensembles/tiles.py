"""Where tiles lie in a frame, so that what is small in it is large enough in one of them."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ensembles.votes import Box

SMALLEST_TILE_PX = 32
LARGEST_TILE_PX = 8192

OBJECTS_PER_TILE = 24
"""`tile: auto` makes a tile this many objects wide. A network that looks at 240 pixels then gets
10 of them per object; benchmarks/README.md shows what was found at other sizes."""

Size = tuple[int, int]
Metres = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Tiles(BaseModel):
    """`views: {tile: 640, overlap: 0.2}`: frames are looked at piece by piece.

    All pixels are those of the original, upright frame, however small it was decoded.

    Attributes:
        tile: Height and width of a tile, or `auto`.
        overlap: Share of a tile that it has in common with the next one, at least.
        object_m: Length of the target in metres; only for `auto`.
        ground_m_per_px: Metres on the ground that a pixel of the frame covers; only for `auto`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tile: Size | Literal["auto"]
    overlap: Annotated[float, Field(ge=0, le=0.9, allow_inf_nan=False)] = 0.2
    object_m: Metres | None = None
    ground_m_per_px: Metres | None = None

    @field_validator("tile", mode="before")
    @classmethod
    def _both_sides(cls, value: object) -> object:
        sides = list(value) if isinstance(value, list | tuple) else [value, value]
        if value != "auto" and not (len(sides) == len(("height", "width")) and _fit(sides)):
            raise ValueError(
                f"expected a side of {SMALLEST_TILE_PX} to {LARGEST_TILE_PX} pixels, "
                f"[height, width], or auto, not {value!r}"
            )
        return value if value == "auto" else tuple(sides)

    @model_validator(mode="after")
    def _auto_knows_the_object(self) -> Self:
        known = (self.object_m, self.ground_m_per_px)
        if self.tile == "auto" and None in known:
            raise ValueError("tile: auto needs object_m and ground_m_per_px")
        if self.tile != "auto" and known != (None, None):
            raise ValueError("object_m and ground_m_per_px are only for tile: auto")
        return self

    @property
    def size(self) -> Size:
        """Height and width of a tile, pixels of the original frame."""
        if self.tile != "auto":
            return self.tile
        wanted = ceil(self._object_px * OBJECTS_PER_TILE)
        side = min(max(wanted, SMALLEST_TILE_PX), LARGEST_TILE_PX)
        return side, side

    @property
    def _object_px(self) -> float:
        # Neither is None here: `_auto_knows_the_object` refused that.
        return (self.object_m or 0.0) / (self.ground_m_per_px or 1.0)

    def over(self, width: int, height: int) -> tuple[Box, ...]:
        """Return the tiles of a frame, row by row: every pixel lies in at least one of them.

        Tiles lie inside the frame and are spread evenly, so neighbours share `overlap` of a
        tile or more. Where the frame is smaller than a tile, the tile is as small as the frame.
        """
        return _over(width, height, self.size, self.overlap)


def _fit(sides: Sequence[object]) -> bool:
    """Say whether all are whole numbers of pixels that a tile may have."""
    return all(
        isinstance(side, int)
        and not isinstance(side, bool)
        and SMALLEST_TILE_PX <= side <= LARGEST_TILE_PX
        for side in sides
    )


@lru_cache(maxsize=64)
def _over(width: int, height: int, size: Size, overlap: float) -> tuple[Box, ...]:
    return tuple(
        Box(left, top, right, bottom)
        for top, bottom in _spans(height, size[0], overlap)
        for left, right in _spans(width, size[1], overlap)
    )


def _spans(length: int, tile: int, overlap: float) -> list[tuple[int, int]]:
    """Return (start, end) of as few tiles as cover 0 to `length` with the overlap, evenly."""
    if length <= tile:
        return [(0, length)]
    step = max(1, tile - ceil(tile * overlap))
    gaps = ceil((length - tile) / step)
    starts = [index * (length - tile) // gaps for index in range(gaps + 1)]
    return [(start, start + tile) for start in starts]
