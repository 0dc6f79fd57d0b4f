"""Seven plain attributes of a picture, on small crops of the frame that is decoded anyway."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]

CROP_PX = 64
BLOCK_PX = 8
"""Side of a JPEG block; crops begin on the grid of the blocks."""

PLACES = ((0.5, 0.5), (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))
"""Middles of the crops, as shares of width and height."""

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue (ITU-R BT.601)."""

ATTRIBUTES: Final = (
    "brightness",
    "contrast",
    "saturation",
    "sharpness",
    "colour_cast",
    "dark_channel",
    "blockiness",
)
ATTRIBUTE_OF: Final = (*ATTRIBUTES[:5], "colour_cast", *ATTRIBUTES[5:])
"""Which attribute each number of `attributes_of` belongs to: a cast has two axes."""

EPSILON = 1e-3
"""Of the full range: keeps logarithms and shares of black crops finite."""


def attributes_of(pixels: Pixels) -> Floats64:
    """Return the numbers behind the seven attributes, shape (8,), in the order `ATTRIBUTE_OF`.

    Brightness is the mean luma in [0, 1]. The others do not move when only the exposure does:
    contrast is the deviation of the luma over its mean; saturation the mean of (max - min) / max;
    sharpness the log of the Laplacian over the deviation; the cast the logs of red over blue and
    of green over both; the dark channel (He, Sun & Tang 2009) the smallest value of each block
    over the mean, which haze lifts; blockiness the log of the steps at the edges of JPEG blocks
    over the steps elsewhere (after Wang, Bovik & Evans 2000).

    Args:
        pixels: uint8, shape (h, w, 3), RGB, at least one pixel.
    """
    crops: list[Floats] = [np.divide(crop, 255, dtype=np.float32) for crop in _crops(pixels)]
    luma: list[Floats] = [np.matmul(crop, LUMA, dtype=np.float32) for crop in crops]
    red, green, blue = (
        _mean(crop[..., channel] for crop in crops) + EPSILON for channel in (0, 1, 2)
    )
    bright = _mean(luma)
    spread = float(np.sqrt(_mean((plane - bright) ** 2 for plane in luma)))
    return np.array(
        [
            bright,
            spread / (bright + EPSILON),
            _mean(_saturation(crop) for crop in crops),
            np.log((_mean(_laplacian(plane) for plane in luma) + EPSILON) / (spread + EPSILON)),
            np.log(red / blue),
            np.log(green * green / (red * blue)),
            _mean(_dark(crop) for crop in crops) / (bright + EPSILON),
            _blockiness(luma),
        ],
        dtype=np.float64,
    )


def _crops(pixels: Pixels) -> list[Pixels]:
    height, width = pixels.shape[:2]
    return [
        pixels[top : top + CROP_PX, left : left + CROP_PX]
        for top, left in {(_start(y, height), _start(x, width)) for x, y in PLACES}
    ]


def _start(middle: float, side: int) -> int:
    """Return where a crop begins: on the grid of JPEG blocks, inside the picture."""
    most = max(0, side - CROP_PX)
    start = min(max(0, int(middle * side) - CROP_PX // 2), most)
    return start - start % BLOCK_PX


def _mean(planes: Iterable[Floats]) -> float:
    """Return the mean over planes of one size; 0 when all of them are empty."""
    means = [float(plane.mean()) for plane in planes if plane.size]
    return sum(means) / len(means) if means else 0.0


def _saturation(crop: Floats) -> Floats:
    highest: Floats = crop.max(axis=2)
    return np.asarray(np.divide(highest - crop.min(axis=2), highest + EPSILON, dtype=np.float32))


def _laplacian(luma: Floats) -> Floats:
    inner = 4 * luma[1:-1, 1:-1]
    around = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return np.abs(inner - around)


def _dark(crop: Floats) -> Floats:
    """Return the smallest value of each whole block, or of the crop when it has none."""
    lowest: Floats = crop.min(axis=2)
    rows, columns = (side // BLOCK_PX for side in lowest.shape)
    if not (rows and columns):
        return np.asarray(lowest.min(keepdims=True))
    whole = lowest[: rows * BLOCK_PX, : columns * BLOCK_PX]
    return np.asarray(whole.reshape(rows, BLOCK_PX, columns, BLOCK_PX).min(axis=(1, 3)))


def _blockiness(luma: Sequence[Floats]) -> float:
    """Return the log of the steps across edges of blocks over those inside, both ways."""
    at_edges, inside = 0.0, 0.0
    for plane in (*luma, *(each.T for each in luma)):
        steps = np.abs(np.diff(plane, axis=1)).mean(axis=0, dtype=np.float64)
        edges = np.arange(len(steps)) % BLOCK_PX == BLOCK_PX - 1
        if edges.any():
            at_edges += float(steps[edges].mean())
            inside += float(steps[~edges].mean())
    return float(np.log((at_edges + EPSILON) / (inside + EPSILON)))
