"""From upright RGB pixels to the numbers a network was trained on."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Literal, NamedTuple, Protocol, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ensembles.voter import Floats
from models.pixels import Pixels
from models.resizing import Interpolation, centre, resized

RECIPE_VERSION = 1
"""Part of every ensemble digest: raise it when the same recipe starts to give other numbers."""

MOST_ASPECT = 16
"""A strip longer than this many times its width is first cut to its middle: resizing a picture of
32768 x 1 pixels to a shorter side of 224 would make 1.6 billion of them, to crop nearly all."""

Side = Annotated[int, Field(ge=1, le=8192)]
Size = tuple[Side, Side]
Triple = tuple[float, float, float]
NO_DIVISION: Triple = (1.0, 1.0, 1.0)


class Picture(Protocol):
    """Anything with pixels: a frame, or a tile of one."""

    @property
    def pixels(self) -> Pixels:
        """uint8, shape (h, w, 3), RGB, upright."""
        ...


class Geometry(NamedTuple):
    """All of a recipe that decides which pixels a network sees, before they become numbers."""

    size: Size
    resize: str
    sides: Size
    interpolation: Interpolation
    fill: int


class Recipe(BaseModel):
    """How a network wants its pictures, as declared under `input` in the ensemble file.

    The order is: resize, crop, divide by `scale`, subtract `mean`, divide by `std`. Channel order
    is that of `channels`, in `mean` and `std` too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: Size = Field(
        description="Side, or [height, width], to which the picture is resized, pixels."
    )
    resize: Literal["squash", "shortest", "longest"] = Field(
        default="squash",
        description="squash: to exactly `size`. shortest: keep the aspect, cover `size`, cut the "
        "centre. longest: keep the aspect, fit into `size`, pad with `fill`.",
    )
    crop: Size | None = Field(
        default=None,
        description="Side, or [height, width], cut from the centre afterwards; default: `size`.",
    )
    interpolation: Interpolation = Field(
        default="bilinear", description="Pillow's filter, which smooths when it shrinks."
    )
    fill: int = Field(default=0, ge=0, le=255, description="Level of the padding of `longest`.")
    channels: Literal["RGB", "BGR"] = Field(default="RGB", description="Order of the channels.")
    scale: float = Field(default=255.0, gt=0, description="Levels 0 to 255 are divided by this.")
    mean: Triple = Field(default=(0.0, 0.0, 0.0), description="Subtracted per channel.")
    std: Triple = Field(default=NO_DIVISION, description="Divided by per channel.")
    layout: Literal["NCHW", "NHWC"] = Field(default="NCHW", description="Order of the axes.")

    @field_validator("size", "crop", mode="before")
    @classmethod
    def _both_sides(cls, value: object) -> object:
        return (value, value) if isinstance(value, int) else value

    @field_validator("mean", "std", mode="before")
    @classmethod
    def _each_channel(cls, value: object) -> object:
        return (value, value, value) if isinstance(value, int | float) else value

    @field_validator("std")
    @classmethod
    def _divides(cls, value: Triple) -> Triple:
        if min(value) <= 0:
            raise ValueError(f"must be above 0, not {min(value):g}")
        return value

    @model_validator(mode="after")
    def _crop_fits(self) -> Self:
        if self.crop and (self.crop[0] > self.size[0] or self.crop[1] > self.size[1]):
            raise ValueError(f"crop {self.crop} is larger than size {self.size}")
        return self

    @property
    def sides(self) -> Size:
        """Height and width of what the network sees."""
        return self.crop or self.size

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one prepared picture."""
        return (3, *self.sides) if self.layout == "NCHW" else (*self.sides, 3)

    @property
    def geometry(self) -> Geometry:
        """Equal for recipes by which a picture is fitted to the same pixels."""
        fill = self.fill if self.resize == "longest" else 0
        return Geometry(self.size, self.resize, self.sides, self.interpolation, fill)

    @property
    def view_px(self) -> int:
        """Shorter side, in pixels, from which a picture is only ever shrunk."""
        return max(self.size)


def prepare(views: Sequence[Picture], recipe: Recipe) -> Floats:
    """Return the batch a network takes, float32, shape (n, *recipe.shape)."""
    batch = np.empty((len(views), *recipe.shape), dtype=np.float32)
    write_levels((fitted(view.pixels, recipe) for view in views), recipe, batch)
    return batch


def write_levels(pictures: Iterable[Pixels], recipe: Recipe, batch: Floats) -> None:
    """Write into the batch what a network sees of fitted pictures.

    The arithmetic is float32 in the order of torchvision's `ToTensor` and `Normalize`, so that the
    results are equal to the last bit. To subtract 0 and to divide by 1 changes none: left out.

    Args:
        pictures: n of them, uint8, shape (*recipe.sides, 3).
        recipe: By which they were fitted.
        batch: Is overwritten, float32, shape (n, *recipe.shape).
    """
    planes = batch if recipe.layout == "NCHW" else batch.transpose(0, 3, 1, 2)
    source = slice(None) if recipe.channels == "RGB" else slice(None, None, -1)
    scale = np.float32(recipe.scale)
    mean, std = (
        np.array(three, dtype=np.float32)[:, None, None] for three in (recipe.mean, recipe.std)
    )
    for row, pixels in zip(planes, pictures, strict=True):
        np.divide(pixels.transpose(2, 0, 1)[source], scale, out=row, dtype=np.float32)
        if any(recipe.mean):
            np.subtract(row, mean, out=row)
        if recipe.std != NO_DIVISION:
            np.divide(row, std, out=row)


def fitted(pixels: Pixels, recipe: Recipe) -> Pixels:
    """Return the pixels in the size the network sees: uint8, shape (*recipe.sides, 3)."""
    return centre(RESIZES[recipe.resize](pixels, recipe), recipe.sides)


def _squash(pixels: Pixels, recipe: Recipe) -> Pixels:
    return resized(pixels, recipe.size, recipe.interpolation)


def _shortest(pixels: Pixels, recipe: Recipe) -> Pixels:
    pixels = _without_far_ends(pixels)
    height, width = pixels.shape[:2]
    side = recipe.size[0]
    if recipe.size[1] != side:
        ratio = min(height / recipe.size[0], width / recipe.size[1])
        covering = round(height / ratio), round(width / ratio)
    elif width <= height:  # torchvision's rounding: the longer side is cut, not rounded
        covering = int(side * height / width), side
    else:
        covering = side, int(side * width / height)
    return centre(resized(pixels, covering, recipe.interpolation), recipe.size)


def _longest(pixels: Pixels, recipe: Recipe) -> Pixels:
    height, width = pixels.shape[:2]
    ratio = max(height / recipe.size[0], width / recipe.size[1])
    inside = max(1, round(height / ratio)), max(1, round(width / ratio))
    padded = np.full((*recipe.size, 3), recipe.fill, dtype=np.uint8)
    top, left = (recipe.size[0] - inside[0]) // 2, (recipe.size[1] - inside[1]) // 2
    within = np.s_[top : top + inside[0], left : left + inside[1]]
    padded[within] = resized(pixels, inside, recipe.interpolation)
    padded.flags.writeable = False  # as all that is resized
    return padded


def _without_far_ends(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    most = MOST_ASPECT * min(height, width)
    return centre(pixels, (min(height, most), min(width, most)))


RESIZES: dict[str, Callable[[Pixels, Recipe], Pixels]] = {
    "squash": _squash,
    "shortest": _shortest,
    "longest": _longest,
}
