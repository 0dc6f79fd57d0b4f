"""Fits the fixed numbers of a reference to usual frames."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.vq import kmeans2

from monitoring.attributes import Floats64
from monitoring.ledoit_wolf import ledoit_wolf, whitener_of
from monitoring.observation import Observations
from monitoring.pane_state import SCORE_BINS
from monitoring.reference import (
    AttributeReference,
    EmbeddingReference,
    Reference,
    Rows,
    VoterReference,
)

FEWEST_UNUSUAL, MOST_UNUSUAL = 0.02, 0.1
"""Share of usual frames that count as unusually low, and as unusually high."""

UNUSUAL_FLIGHTS = 12
"""So many flights' frames are to be among them: a share that rests on one flight says nothing of
how often others will have such frames."""

CUT_OFF = 0.995
"""Quantile of usual energies at which a single frame's energy is cut off."""

MOST_CLUSTERS = 32
FRAMES_PER_CLUSTER = 20
MOST_AXES = 64
FRAMES_PER_AXIS = 10
KMEANS_ROUNDS = 30


def fit(
    frames: Observations, flights: Sequence[Rows], thresholds: Sequence[float], *, seed: int
) -> Reference:
    """Return the reference of usual frames.

    Args:
        frames: Usual ones.
        flights: The rows of each flight: what is really independent of each other.
        thresholds: From which each voter says yes.
        seed: Of the clustering.
    """
    return Reference(
        _fit_attributes(frames.attributes, len(flights)),
        _fit_votes(frames.scores.astype(np.float64), thresholds),
        _fit_embeddings(frames, flights, seed),
    )


def _fit_attributes(attributes: Floats64, flights: int) -> AttributeReference:
    unusual = min(max(UNUSUAL_FLIGHTS / flights, FEWEST_UNUSUAL), MOST_UNUSUAL)
    low, middle, high = np.quantile(attributes, [unusual, 0.5, 1 - unusual], axis=0)
    return AttributeReference(middle, np.maximum(attributes.std(axis=0), 1e-6), low, high)


def _fit_votes(scores: Floats64, thresholds: Sequence[float]) -> VoterReference:
    steps = np.arange(1, SCORE_BINS - 1) / (SCORE_BINS - 1)
    edges = [
        np.quantile(known, steps) if (known := column[np.isfinite(column)]).size else steps
        for column in scores.T
    ]
    return VoterReference(np.array(thresholds, dtype=np.float64), np.array(edges))


def _fit_embeddings(
    frames: Observations, flights: Sequence[Rows], seed: int
) -> EmbeddingReference | None:
    known = np.asarray(np.isfinite(frames.embeddings).all(axis=1))
    own = [rows[known[rows]] for rows in flights]
    own = [rows for rows in own if rows.size]
    if not frames.embeddings.shape[1] or len(own) < 2:
        return None
    vectors = frames.embeddings[known].astype(np.float64)
    centre = vectors.mean(axis=0)
    axes, spread = _axes(vectors - centre)
    clusters = _clusters(vectors - centre, seed)
    means = np.array([frames.embeddings[rows].mean(axis=0) for rows in own]) - centre
    unexplained = means - np.array(
        [_shares(frames.embeddings[rows] - centre, clusters) @ clusters for rows in own]
    )
    return EmbeddingReference(
        centre=centre.astype(np.float32),
        axes=axes.astype(np.float32),
        spread=spread,
        energy_limits=_energy_limits(vectors - centre, axes, spread),
        clusters=clusters.astype(np.float32),
        whitener=whitener_of(ledoit_wolf(means)),
        within_whitener=whitener_of(ledoit_wolf(unexplained)),
    )


def _axes(centred: Floats64) -> tuple[Floats64, Floats64]:
    """Return the directions that vary most and the deviation along each."""
    count, dimension = centred.shape
    most = max(1, min(MOST_AXES, dimension // 2, count // FRAMES_PER_AXIS))
    variances, directions = np.linalg.eigh(centred.T @ centred / count)
    spread = np.sqrt(np.maximum(variances[::-1][:most], np.finfo(np.float64).eps))
    return np.ascontiguousarray(directions[:, ::-1][:, :most]), spread


def _clusters(centred: Floats64, seed: int) -> Floats64:
    count = max(1, min(MOST_CLUSTERS, len(centred) // FRAMES_PER_CLUSTER))
    if count == 1:
        return np.zeros((1, centred.shape[1]))
    start = centred[np.random.default_rng(seed).choice(len(centred), count, replace=False)]
    centroids, _ = kmeans2(centred, start, iter=KMEANS_ROUNDS, minit="matrix", missing="warn")
    return np.asarray(centroids)


def _shares(centred: Floats64, clusters: Floats64) -> Floats64:
    """Return the share of rows that are nearest to each centroid."""
    nearest = (centred @ clusters.T - (clusters**2).sum(axis=1) / 2).argmax(axis=1)
    return np.asarray(np.bincount(nearest, minlength=len(clusters)) / len(centred))


def _energy_limits(centred: Floats64, axes: Floats64, spread: Floats64) -> Floats64:
    along = centred @ axes
    residual = (centred**2).sum(axis=1) - (along**2).sum(axis=1)
    mahalanobis = ((along / spread) ** 2).sum(axis=1)
    limits = np.quantile(np.stack([residual, mahalanobis], axis=1), CUT_OFF, axis=0)
    return np.asarray(np.maximum(limits, 1e-12))
