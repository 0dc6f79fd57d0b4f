"""Smooth noise over an endless plane, window by window, so that a land is painted in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PERIOD = 256
"""Lattice points before an octave repeats itself."""
SPLINE_STD = 0.479
"""Standard deviation of a cubic B-spline surface through independent unit normals."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the plane, in pixels."""

    left: int
    top: int
    width: int
    height: int

    def axes(self) -> tuple[Floats, Floats]:
        """Return x (1, width) and y (height, 1)."""
        x = np.arange(self.left, self.left + self.width, dtype=np.float32)
        y = np.arange(self.top, self.top + self.height, dtype=np.float32)
        return x[None, :], y[:, None]


class Noise:
    """Noise of one seed; `salt` picks independent surfaces."""

    def __init__(self, seed: int) -> None:
        """Fill the lattice from the seed."""
        self._seed = seed
        self._lattice = np.random.default_rng(seed).standard_normal(
            (PERIOD, PERIOD), dtype=np.float32
        )

    def octave(
        self, window: Window, wavelength: float, *, salt: int, stretch: float = 1.0
    ) -> Floats:
        """Return one octave (height, width), mean 0, deviation 1; `stretch` lengthens it in x."""
        shift = np.random.default_rng((self._seed, salt)).integers(0, PERIOD, size=2)
        rows, down = _spline(window.top, window.height, wavelength)
        columns, across = _spline(window.left, window.width, wavelength * stretch)
        patch = self._lattice[np.ix_((rows + shift[0]) % PERIOD, (columns + shift[1]) % PERIOD)]
        return np.asarray(down @ patch @ across.T / np.float32(SPLINE_STD), dtype=np.float32)

    def fractal(
        self, window: Window, wavelength: float, *, octaves: int, salt: int, gain: float = 0.5
    ) -> Floats:
        """Return a sum of octaves, each half as long and `gain` times as high; deviation 1."""
        total = np.zeros((window.height, window.width), dtype=np.float32)
        weights = [gain**step for step in range(octaves)]
        for step, weight in enumerate(weights):
            total += np.float32(weight) * self.octave(
                window, wavelength / 2**step, salt=salt * 31 + step
            )
        return np.asarray(total / np.sqrt(np.sum(np.square(weights))), dtype=np.float32)


def _spline(start: int, length: int, wavelength: float) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the lattice indices (m,) of a span of pixels and B-spline weights (length, m)."""
    place = (start + np.arange(length)) / wavelength
    cell = np.floor(place).astype(np.int64)
    t = (place - cell).astype(np.float32)
    taps = (
        np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3])
        / 6
    )
    indices = np.arange(cell[0], cell[-1] + 4)
    weights = np.zeros((length, indices.size), dtype=np.float32)
    pixels = np.arange(length)
    for tap in range(4):
        weights[pixels, cell - cell[0] + tap] = taps[tap]
    return indices, weights
