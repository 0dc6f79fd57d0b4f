"""Whether an ONNX file says what torch says, before anybody relies on it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.frames import Frame
from models.pixels import Pixels
from models.vectors import unit_rows

TOLERANCE = 1e-4
"""Largest difference allowed in a component of a unit vector or in a probability. Two float32
programs of one network stay two orders of magnitude below; a wrong layer is far above."""

DRAWN_PICTURES = 6
DRAWN_SIZE = (240, 320)


def drawn_pictures(count: int = DRAWN_PICTURES, *, seed: int = 0) -> list[Frame]:
    """Return pictures with ramps, discs and grain, which excite a network as noise does not."""
    return [Frame.of_pixels(pixels) for pixels in _draw(count, np.random.default_rng(seed))]


def _draw(count: int, chance: np.random.Generator) -> Iterator[Pixels]:
    height, width = DRAWN_SIZE
    rows, columns = np.mgrid[0:height, 0:width]
    for _ in range(count):
        ramp = chance.uniform(-0.4, 0.4, (2, 3))
        picture = 128 + rows[..., None] * ramp[0] + columns[..., None] * ramp[1]
        for _ in range(chance.integers(3, 12)):
            y, x, radius = chance.uniform(0, (height, width, 60))
            disc = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
            picture[disc] = chance.uniform(0, 255, 3)
        picture += chance.normal(0, chance.uniform(1, 25), picture.shape)
        yield picture.clip(0, 255).astype(np.uint8)


def worst_difference(torch_rows: Floats, onnx_rows: Floats, *, what: str, path: Path) -> float:
    """Return the largest difference between the rows after scaling each to length 1.

    Raises:
        WeightsError: It is above TOLERANCE or not a number: the file at `path` is no copy.
    """
    return _allowed(unit_rows(torch_rows) - unit_rows(onnx_rows), what=what, path=path)


def worst_share(torch_shares: Floats, onnx_shares: Floats, *, what: str, path: Path) -> float:
    """Return the largest difference between probabilities.

    Raises:
        WeightsError: It is above TOLERANCE or not a number.
    """
    return _allowed(torch_shares - onnx_shares, what=what, path=path)


def _allowed(differences: Floats, *, what: str, path: Path) -> float:
    worst = float(np.abs(differences).max())
    if not worst <= TOLERANCE:
        raise WeightsError(
            f"{path.name}: the export is no copy of the model: {what} differ by {worst:.2g}, "
            f"and {TOLERANCE:g} is allowed; nothing was kept"
        )
    return worst
