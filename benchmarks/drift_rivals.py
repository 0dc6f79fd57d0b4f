"""What drift is compared with: exact MMD, and the distance of centroids."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Rival:
    """A statistic of a window of embeddings against a sample of usual ones."""

    def __init__(self, usual: Floats) -> None:
        self.usual = usual

    def of(self, window: Floats) -> float:
        """Return the statistic; larger is less usual."""
        raise NotImplementedError


class ExactMmd(Rival):
    """Squared maximum mean discrepancy (Gretton et al. 2012), Gaussian kernel, median width."""

    def __init__(self, usual: Floats) -> None:
        super().__init__(usual)
        distances = _squares(usual, usual)
        self._gamma = 1 / np.median(distances[distances > 0])
        self._within = float(np.exp(-self._gamma * distances).mean())

    def of(self, window: Floats) -> float:
        """Return the biased estimate."""
        own = np.exp(-self._gamma * _squares(window, window)).mean()
        across = np.exp(-self._gamma * _squares(window, self.usual)).mean()
        return float(own + self._within - 2 * across)


class CentroidDistance(Rival):
    """Distance of the mean embedding from the usual mean."""

    def of(self, window: Floats) -> float:
        """Return the Euclidean distance."""
        return float(np.linalg.norm(window.mean(axis=0) - self.usual.mean(axis=0)))


def _squares(a: Floats, b: Floats) -> Floats:
    products = a @ b.T
    norms = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :]
    return np.asarray(np.maximum(norms - 2 * products, 0))
