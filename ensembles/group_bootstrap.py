"""Intervals that know that frames of one flight are alike: whole groups are resampled.

The percentile bootstrap over clusters (Davison & Hinkley 1997, section 3.8).
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.intp]

LIMITS = (0.025, 0.975)
RESAMPLINGS = 2000


def interval_over_groups(
    measure: Callable[[Frames], float],
    groups: Sequence[str] | npt.NDArray[np.generic],
    *,
    seed: int,
    resamplings: int = RESAMPLINGS,
) -> tuple[float, float]:
    """Return the 95 % interval of a measure; draws in which it is NaN are left out.

    Args:
        measure: Of the frames at these places, intp (m,); a frame can be among them again.
        groups: Of each frame, shape (n,); whole groups are drawn, as many as there are.
        seed: Of the draws.
        resamplings: How many draws.
    """
    names = np.asarray(groups)
    members = [np.flatnonzero(names == name) for name in np.unique(names)]
    rng = np.random.default_rng(seed)
    drawn = [
        measure(np.concatenate([members[k] for k in rng.integers(len(members), size=len(members))]))
        for _ in range(resamplings)
    ]
    low, high = np.nanquantile(drawn, LIMITS)
    return float(low), float(high)
