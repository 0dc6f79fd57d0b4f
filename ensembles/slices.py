"""How a promise fares on parts of the frames: per group, per condition."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ensembles.bounds import Promise, recall_bound
from ensembles.certificate import Slice
from ensembles.score_table import NOBODY, Codes, ScoreTable

Bools = npt.NDArray[np.bool_]


def slices_of(
    table: ScoreTable, kept: Bools, promise: Promise | None, *, parts: Codes, names: Sequence[str]
) -> tuple[Slice, ...]:
    """Return the promise on each part, in the order of `names`.

    An object belongs to every part that one of its frames is in, and is found there if one of
    those frames is kept. Whether a part is certified holds for each part by itself, at the
    promise's confidence; docs/calibration.md says why looking at several changes that.

    Args:
        table: The frames that certified, n of them.
        kept: Which of them go to review, shape (n,).
        promise: To hold the parts to. None, where a floor was put on the same objects, counts
            only: the argument for parts is about one cut, and a floor is a second.
        parts: Which part a frame is in, shape (n,): an index into `names`, or `NOBODY`.
        names: Of the parts.
    """
    positives, misses = _counts(table, kept, parts, len(names))
    return tuple(
        Slice(
            name=name,
            positives=int(count),
            misses=int(missed),
            bound=_bound(int(missed), int(count), promise),
            certified=promise is not None and promise.allows(int(missed), int(count)),
        )
        for name, count, missed in zip(names, positives, misses, strict=True)
    )


def _bound(misses: int, positives: int, promise: Promise | None) -> float:
    return recall_bound(misses, positives, confidence=promise.confidence) if promise else 0.0


def _counts(table: ScoreTable, kept: Bools, parts: Codes, count: int) -> tuple[Codes, Codes]:
    """Return objects and missed objects per part, each of shape (count,)."""
    rows, objects = table.sightings()
    inside = parts[rows] != NOBODY
    rows, objects = rows[inside], objects[inside]
    pairs, pair = np.unique(np.stack([parts[rows], objects]), axis=1, return_inverse=True)
    found = np.zeros(pairs.shape[1], dtype=bool)
    np.logical_or.at(found, pair.ravel(), kept[rows])
    positives = np.bincount(pairs[0], minlength=count)
    return positives, positives - np.bincount(pairs[0][found], minlength=count)
