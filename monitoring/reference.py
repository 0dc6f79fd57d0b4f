"""What usual frames are like: the fixed numbers that turn a frame into a row of a state."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.attributes import Floats, Floats64

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingReference:
    """Usual embeddings of d numbers.

    What every frame is multiplied with is float32, as embeddings are: it costs half.

    Args:
        centre: Their mean, shape (d,).
        axes: The k directions in which they vary most, shape (d, k), columns of length 1.
        spread: Standard deviation along each, shape (k,).
        energy_limits: Where the residual and the Mahalanobis energy are cut off, shape (2,).
        clusters: Centroids less `centre`, shape (c, d).
        whitener: Turns a shift of the mean into independent numbers of unit variance, most
            varying first, shape (d, d).
        within_whitener: The same for the shift that remains when cluster shares explain nothing.
    """

    centre: Floats
    axes: Floats
    spread: Floats64
    energy_limits: Floats64
    clusters: Floats
    whitener: Floats64
    within_whitener: Floats64

    @property
    def dimension(self) -> int:
        """Numbers of an embedding."""
        return len(self.centre)


@dataclass(frozen=True, slots=True, eq=False)
class AttributeReference:
    """Usual attributes, of the 8 numbers of `attributes_of`.

    Args:
        centre: Their medians, shape (8,).
        spread: Their standard deviations, shape (8,).
        low: Below which a frame is unusually low, shape (8,).
        high: Above which it is unusually high, shape (8,).
    """

    centre: Floats64
    spread: Floats64
    low: Floats64
    high: Floats64


@dataclass(frozen=True, slots=True, eq=False)
class VoterReference:
    """What votes are counted by.

    Args:
        thresholds: From which each voter says yes, shape (v,).
        edges: Between the bins of each voter's scores, shape (v, 9), rising.
    """

    thresholds: Floats64
    edges: Floats64

    @property
    def voters(self) -> int:
        """How many there are."""
        return len(self.thresholds)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Everything that turns frames into rows; None when nobody gives embeddings."""

    attributes: AttributeReference
    votes: VoterReference
    embedding: EmbeddingReference | None
