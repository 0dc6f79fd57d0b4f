"""Rows of numbers as networks return them: to length 1, to shares of 1."""

import numpy as np

from ensembles.voter import Floats


def unit_rows(rows: Floats) -> Floats:
    """Return the rows scaled to length 1, float32; a row of zeros becomes NaN."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(rows / lengths, dtype=np.float32)


def softmax(logits: Floats) -> Floats:
    """Return shares of 1 along the last axis, float32."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)
