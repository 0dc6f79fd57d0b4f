"""What the numbers are that a classifier gives, and how they become shares of 1."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from ensembles.voter import Floats
from models.vectors import softmax

OutputKind = Literal["probabilities", "logits", "probability", "sigmoid"]
ONE_NUMBER: tuple[OutputKind, ...] = ("probability", "sigmoid")

ROUNDING = 0.01
"""How far outside [0, 1] a float16 network may put a probability."""


def as_rows(numbers: Floats) -> Floats:
    """Return shape (n, d), whatever axes of length 1 the network adds or leaves out."""
    return numbers.reshape(len(numbers), int(np.prod(numbers.shape[1:])))


def _shares(numbers: Floats) -> Floats:
    """Return the numbers when they are probabilities.

    Raises:
        ValueError: One lies outside [0, 1] by more than rounding.
    """
    strange = numbers[(numbers < -ROUNDING) | (numbers > 1 + ROUNDING)]
    if strange.size:
        raise ValueError(f"{strange[0]:.4g} is no probability")
    return np.clip(numbers, 0, 1)


def _sigmoid(numbers: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), written so that no power overflows."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * numbers)), dtype=np.float32)


OUTPUTS: dict[OutputKind, Callable[[Floats], Floats]] = {
    "probabilities": _shares,
    "logits": softmax,
    "probability": _shares,
    "sigmoid": _sigmoid,
}


def look_like_shares(rows: Floats) -> bool:
    """Say whether rows that differ are all probabilities, which logits never are by accident."""
    differ = bool(np.ptp(rows, axis=0).any())
    whole = np.allclose(rows.sum(axis=1), 1, atol=1e-4)
    return differ and bool(whole) and rows.min() >= 0 and rows.shape[1] > 1
