"""A covariance from few samples, shrunk so that it can be inverted."""

import numpy as np

from monitoring.attributes import Floats64


def ledoit_wolf(samples: Floats64) -> Floats64:
    """Return the covariance of Ledoit & Wolf (2004), shape (d, d), positive definite.

    It is (1 - b) S + b m I, S the sample covariance and m its mean variance; b is the share of
    the distance between S and m I that is mere sampling noise.

    Args:
        samples: Shape (n, d), n at least 2.
    """
    count, dimension = samples.shape
    centred = samples - samples.mean(axis=0)
    sample = centred.T @ centred / count
    mean_variance = float(np.trace(sample)) / dimension
    distance = float((sample**2).sum()) - dimension * mean_variance**2
    fourth = float(((centred**2).sum(axis=1) ** 2).sum()) / count
    noise = (fourth - float((sample**2).sum())) / count
    share = 1.0 if distance <= 0 else min(1.0, max(0.0, noise / distance))
    floor = max(mean_variance, np.finfo(np.float64).tiny) * 1e-6
    target = (share * mean_variance + floor) * np.eye(dimension)
    return np.asarray((1 - share) * sample + target)


def whitener_of(covariance: Floats64) -> Floats64:
    """Return W with (x W) of unit covariance, its columns by falling variance, shape (d, d)."""
    variances, directions = np.linalg.eigh(covariance)
    return np.asarray((directions / np.sqrt(variances))[:, ::-1])
