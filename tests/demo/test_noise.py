"""Noise: the same in one piece or in blocks, mean 0, deviation 1."""

import numpy as np
import pytest

from demo.noise import Noise, Window


def test_blocks_fit_together() -> None:
    noise = Noise(5)
    whole = noise.fractal(Window(0, 0, 90, 70), 20, octaves=3, salt=1)
    part = noise.fractal(Window(30, 20, 40, 30), 20, octaves=3, salt=1)

    assert np.allclose(whole[20:50, 30:70], part, atol=1e-4)


@pytest.mark.parametrize("wavelength", [3.0, 11.0])
def test_noise_has_mean_0_and_deviation_1(wavelength: float) -> None:
    surface = Noise(7).octave(Window(0, 0, 600, 600), wavelength, salt=2)

    assert abs(surface.mean()) < 0.05
    assert surface.std() == pytest.approx(1.0, abs=0.06)


def test_salts_give_independent_surfaces() -> None:
    noise, window = Noise(7), Window(0, 0, 300, 300)
    first, second = (noise.octave(window, 6.0, salt=salt) for salt in (1, 2))

    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.1
