"""The state of a pane: one int64 vector that adds up over workers, replicas and hours.

Integers add exactly, so states merge with `+` in any order and give the same bits. Real numbers
are kept in fixed point; 2^20 leaves room for 2^40 frames of numbers below 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from monitoring.attributes import ATTRIBUTE_OF, Floats64
from monitoring.observation import Floats, Observations
from monitoring.reference import EmbeddingReference, Reference, Rows

State = npt.NDArray[np.int64]
"""Shape (width,), or (n, width) for several."""

ONE = 2**20
"""What 1 is in fixed point."""

BLOCK_ROWS = 32
"""Rows that are multiplied at once, always, with rows of zeros where there are fewer frames: a
matrix product rounds by the shape of its operands, and a frame must give the same row alone as
among others."""

HALF = 10
"""Bits by which fixed point is cut before it is squared, so that squares are in fixed point."""

FEW_PRODUCTS = 2**18
"""Multiplications that OpenBLAS does on the thread that asks. More are shared out among all cores,
which wait for each other in a loop: on a busy machine a frame would cost twenty times as much."""

SCORE_BINS = 11
"""Ten of scores, and one of abstentions."""

BINS = np.arange(SCORE_BINS)

MOST_DEVIATIONS = 4.0
"""Where a single frame's attribute is cut off, in standard deviations."""


@dataclass(frozen=True)
class Layout:
    """Which part of the vector is what.

    Args:
        voters: How many vote.
        dimension: Numbers of an embedding; 0 without.
        clusters: Of embeddings; 0 without.
    """

    voters: int
    dimension: int
    clusters: int

    @classmethod
    def of(cls, reference: Reference) -> "Layout":
        """Return the layout of the rows that a reference makes."""
        embedding = reference.embedding
        return _layout(
            reference.votes.voters,
            embedding.dimension if embedding else 0,
            len(embedding.clusters) if embedding else 0,
        )

    @cached_property
    def parts(self) -> dict[str, slice]:
        """The parts by name, in their order."""
        pairs = self.voters * (self.voters - 1) // 2
        sizes = {
            "frames": 1,
            "kept": 1,
            "attribute_sums": len(ATTRIBUTE_OF),
            "attribute_lows": len(ATTRIBUTE_OF),
            "attribute_highs": len(ATTRIBUTE_OF),
            "companions": 1,
            "attribute_spreads": len(ATTRIBUTE_OF),
            "score_bins": self.voters * SCORE_BINS,
            "disagreements": pairs,
            "sole_keeps": self.voters,
            "embedded": 1,
            "energies": 2,
            "clusters": self.clusters,
            "embedding_sum": self.dimension,
        }
        ends = np.cumsum(list(sizes.values()))
        return {
            name: slice(int(end) - size, int(end))
            for (name, size), end in zip(sizes.items(), ends, strict=True)
        }

    @cached_property
    def pairs(self) -> tuple[Rows, Rows]:
        """The first and the second voter of every pair."""
        return np.triu_indices(self.voters, k=1)

    @property
    def width(self) -> int:
        """Numbers of a state."""
        return int(self.parts["embedding_sum"].stop)

    def blank(self, rows: int) -> State:
        """Return states that have seen nothing, shape (rows, width)."""
        return np.zeros((rows, self.width), dtype=np.int64)


HEAD = Layout(voters=0, dimension=0, clusters=0).parts
"""Where those parts are that stand at the same place in every state."""


@cache
def _layout(voters: int, dimension: int, clusters: int) -> Layout:
    """Return the one layout of its kind: its parts are worked out once, not for each frame."""
    return Layout(voters, dimension, clusters)


def rows_of(frames: Observations, reference: Reference) -> State:
    """Return the state of each frame by itself, int64, shape (n, width); add them as you like.

    Args:
        frames: n of them.
        reference: What they are held against.

    Raises:
        ValueError: They have other voters or embeddings of another length than the reference.
    """
    layout = Layout.of(reference)
    if frames.scores.shape[1] != layout.voters:
        raise ValueError(f"{frames.scores.shape[1]} scores, but {layout.voters} voters")
    rows = layout.blank(len(frames))
    part = layout.parts
    rows[:, part["frames"]] = 1
    rows[:, part["kept"]] = frames.kept[:, None]
    _enter_attributes(rows, part, frames.attributes, reference)
    _enter_votes(rows, part, frames.scores, reference)
    if reference.embedding is not None:
        _enter_embeddings(rows, part, frames.embeddings, reference.embedding)
    return rows


def seen_together(rows: State, lengths: Sequence[int]) -> State:
    """Return the state of the frames of some flights, shape (width,).

    It is their sum, and how far frames are from their own flight, which single rows cannot know:
    `companions` is how many frames had one before them in their flight, and `attribute_spreads`
    the sum of squared deviations from the means of the flights, in fixed point. Both are made of
    whole numbers, so that the order of the frames of a flight changes nothing.

    Args:
        rows: Flight by flight, shape (n, width).
        lengths: How many frames of each flight, at least one.
    """
    counts = np.asarray(lengths, dtype=np.int64)
    state: State = rows.sum(axis=0)
    deviations = rows[:, HEAD["attribute_sums"]] >> HALF
    sums = np.add.reduceat(deviations, np.cumsum(counts) - counts, axis=0)
    spreads = (deviations**2).sum(axis=0) - (sums**2 // counts[:, None]).sum(axis=0)
    state[HEAD["attribute_spreads"]] += spreads
    state[HEAD["companions"]] += len(rows) - len(counts)
    return state


def fixed(numbers: Floats | Floats64) -> State:
    """Return real numbers in fixed point."""
    return np.rint(numbers * ONE).astype(np.int64)


def _enter_attributes(
    rows: State, part: dict[str, slice], attributes: Floats64, reference: Reference
) -> None:
    usual = reference.attributes
    deviations = (attributes - usual.centre) / usual.spread
    rows[:, part["attribute_sums"]] = fixed(np.clip(deviations, -MOST_DEVIATIONS, MOST_DEVIATIONS))
    rows[:, part["attribute_lows"]] = attributes < usual.low
    rows[:, part["attribute_highs"]] = attributes > usual.high


def _enter_votes(rows: State, part: dict[str, slice], scores: Floats, reference: Reference) -> None:
    votes, count = reference.votes, len(rows)
    exact = scores.astype(np.float64)
    abstained = np.isnan(exact)
    places = (exact[:, :, None] >= votes.edges).sum(axis=2)
    places[abstained] = SCORE_BINS - 1
    bins = places[:, :, None] == BINS
    rows[:, part["score_bins"]] = bins.reshape(count, votes.voters * SCORE_BINS)
    yes = exact >= votes.thresholds
    first, second = Layout.of(reference).pairs
    known = ~(abstained[:, first] | abstained[:, second])
    rows[:, part["disagreements"]] = (yes[:, first] != yes[:, second]) & known
    rows[:, part["sole_keeps"]] = yes & (yes.sum(axis=1, keepdims=True) == 1)


def _enter_embeddings(
    rows: State, part: dict[str, slice], embeddings: Floats, usual: EmbeddingReference
) -> None:
    if embeddings.shape[1] != usual.dimension:
        raise ValueError(f"embeddings of {embeddings.shape[1]} numbers, not {usual.dimension}")
    known = np.flatnonzero(np.isfinite(embeddings).all(axis=1))
    for start in range(0, len(known), BLOCK_ROWS):
        block = known[start : start + BLOCK_ROWS]
        centred = np.zeros((BLOCK_ROWS, usual.dimension), dtype=np.float32)
        np.subtract(embeddings[block], usual.centre, out=centred[: len(block)])
        rows[block, part["embedding_sum"]] = fixed(centred[: len(block)])
        rows[block, part["energies"]] = fixed(_energies(centred, usual))[: len(block)]
        rows[block, part["clusters"].start + _nearest(centred, usual)[: len(block)]] = 1
    rows[known, part["embedded"]] = 1


def _energies(centred: Floats, usual: EmbeddingReference) -> Floats64:
    """Return residual and Mahalanobis energy, cut off, in units of their limits, (n, 2)."""
    along = _product(centred, usual.axes)
    residual = (centred**2).sum(axis=1) - (along**2).sum(axis=1)
    mahalanobis = ((along / usual.spread) ** 2).sum(axis=1)
    return np.minimum(np.stack([residual, mahalanobis], axis=1) / usual.energy_limits, 1.0)


def _nearest(centred: Floats, usual: EmbeddingReference) -> npt.NDArray[np.intp]:
    """Return the nearest centroid of each row."""
    closeness = _product(centred, usual.clusters.T) - (usual.clusters**2).sum(axis=1) / 2
    return np.asarray(closeness.argmax(axis=1))


def _product(rows: Floats, columns: Floats) -> Floats:
    """Return the matrix product, (n, d) by (d, c), in steps that no other thread takes part in."""
    step = max(1, FEW_PRODUCTS // (len(rows) * columns.shape[1]))
    product = rows[:, :step] @ columns[:step]
    for start in range(step, len(columns), step):
        product += rows[:, start : start + step] @ columns[start : start + step]
    return np.asarray(product)
