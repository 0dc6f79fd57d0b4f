"""From upright RGB pixels to the numbers a network was trained on."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, Protocol, Self

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ensembles.voter import Floats
from models.pixels import Pixels

RECIPE_VERSION = 1
"""Part of every ensemble digest: raise it when the same recipe starts to give other numbers."""

MOST_ASPECT = 16
"""A strip longer than this many times its width is first cut to its middle: resizing a picture of
32768 x 1 pixels to a shorter side of 224 would make 1.6 billion of them, to crop nearly all."""

Side = Annotated[int, Field(ge=1, le=8192)]
Size = tuple[Side, Side]
Triple = tuple[float, float, float]
Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]


class Picture(Protocol):
    """Anything with pixels: a frame, or a tile of one."""

    @property
    def pixels(self) -> Pixels:
        """uint8, shape (h, w, 3), RGB, upright."""
        ...


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
    std: Triple = Field(default=(1.0, 1.0, 1.0), description="Divided by per channel.")
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
    def view_px(self) -> int:
        """Shorter side, in pixels, from which a picture is only ever shrunk."""
        return max(self.size)


def prepare(views: Sequence[Picture], recipe: Recipe) -> Floats:
    """Return the batch a network takes, float32, shape (n, *recipe.shape)."""
    batch = np.empty((len(views), *recipe.shape), dtype=np.float32)
    planes = batch if recipe.layout == "NCHW" else batch.transpose(0, 3, 1, 2)
    source = (0, 1, 2) if recipe.channels == "RGB" else (2, 1, 0)
    levels = _levels(recipe)
    for row, view in zip(planes, views, strict=True):
        pixels = fitted(view.pixels, recipe)
        for channel, level in enumerate(levels):
            row[channel] = level[pixels[..., source[channel]]]
    return batch


def _levels(recipe: Recipe) -> Floats:
    """Return what each of the 256 levels becomes, shape (3, 256).

    The arithmetic is done once per level instead of once per pixel, in float32 and in the order of
    torchvision's `ToTensor` and `Normalize`, so that the results are equal to the last bit.
    """
    levels = np.arange(256, dtype=np.float32) / np.float32(recipe.scale)
    mean, std = (np.array(three, dtype=np.float32) for three in (recipe.mean, recipe.std))
    return np.asarray((levels - mean[:, None]) / std[:, None], dtype=np.float32)


def fitted(pixels: Pixels, recipe: Recipe) -> Pixels:
    """Return the pixels in the size the network sees: uint8, shape (*recipe.sides, 3)."""
    picture = RESIZES[recipe.resize](Image.fromarray(pixels), recipe)
    return np.asarray(_centre(picture, recipe.sides))


def _squash(picture: Image.Image, recipe: Recipe) -> Image.Image:
    return _resized(picture, recipe.size, recipe)


def _shortest(picture: Image.Image, recipe: Recipe) -> Image.Image:
    picture = _without_far_ends(picture)
    width, height = picture.size
    side = recipe.size[0]
    if recipe.size[1] != side:
        ratio = min(height / recipe.size[0], width / recipe.size[1])
        covering = round(height / ratio), round(width / ratio)
    elif width <= height:  # torchvision's rounding: the longer side is cut, not rounded
        covering = int(side * height / width), side
    else:
        covering = side, int(side * width / height)
    return _centre(_resized(picture, covering, recipe), recipe.size)


def _longest(picture: Image.Image, recipe: Recipe) -> Image.Image:
    width, height = picture.size
    ratio = max(height / recipe.size[0], width / recipe.size[1])
    inside = max(1, round(height / ratio)), max(1, round(width / ratio))
    padded = Image.new("RGB", recipe.size[::-1], (recipe.fill,) * 3)
    left, top = (recipe.size[1] - inside[1]) // 2, (recipe.size[0] - inside[0]) // 2
    padded.paste(_resized(picture, inside, recipe), (left, top))
    return padded


def _resized(picture: Image.Image, sides: tuple[int, int], recipe: Recipe) -> Image.Image:
    size = sides[1], sides[0]
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling[recipe.interpolation.upper()])


def _without_far_ends(picture: Image.Image) -> Image.Image:
    most = MOST_ASPECT * min(picture.size)
    return _centre(picture, (min(picture.height, most), min(picture.width, most)))


def _centre(picture: Image.Image, sides: tuple[int, int]) -> Image.Image:
    height, width = sides
    if picture.size == (width, height):
        return picture
    top = round((picture.height - height) / 2)
    left = round((picture.width - width) / 2)
    return picture.crop((left, top, left + width, top + height))


RESIZES: dict[str, Callable[[Image.Image, Recipe], Image.Image]] = {
    "squash": _squash,
    "shortest": _shortest,
    "longest": _longest,
}
