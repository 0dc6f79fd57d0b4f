"""Recall, precision and share kept of anything that keeps frames, with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

Bools = npt.NDArray[np.bool_]
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `count`, with the exact interval of Clopper & Pearson (1934) at 95 %."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """The share itself; NaN of nothing."""
        return self.hits / self.count if self.count else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper limit; (0, 1) of nothing."""
        if not self.count:
            return 0.0, 1.0
        limits = binomtest(self.hits, self.count).proportion_ci(CONFIDENCE, method="exact")
        return float(limits.low), float(limits.high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f}-{high:.3f})"


@dataclass(frozen=True, slots=True)
class Measures:
    """How well one voter or rule did on labelled frames.

    Attributes:
        name: Of the voter or rule.
        recall: Of the frames with the target, those kept.
        precision: Of the frames kept, those with the target.
        kept: Of all frames, those a person must look at.
        found: Of the targets, those on at least one kept frame.
    """

    name: str
    recall: Share
    precision: Share
    kept: Share
    found: Share


@dataclass(frozen=True, slots=True)
class Truth:
    """What is on each of n frames, the ids of the targets, and which flights they are from."""

    targets: tuple[frozenset[str], ...]
    flights: tuple[str, ...] = ()

    @property
    def positive(self) -> Bools:
        """Which frames have a target, (n,)."""
        return np.array([bool(ids) for ids in self.targets], dtype=bool)


def measure(name: str, kept: Bools, truth: Truth) -> Measures:
    """Return the measures of keeping `kept`, bool (n,)."""
    positive = truth.positive
    hits = int((kept & positive).sum())
    all_targets = frozenset[str]().union(*truth.targets)
    seen = frozenset[str]().union(
        *(ids for ids, keep in zip(truth.targets, kept, strict=True) if keep)
    )
    return Measures(
        name,
        recall=Share(hits, int(positive.sum())),
        precision=Share(hits, int(kept.sum())),
        kept=Share(int(kept.sum()), len(kept)),
        found=Share(len(seen), len(all_targets)),
    )
