"""One scalar for every rule, so that one dial moves all thresholds together.

A voter's score is mapped to u, the share of negative frames that score lower. A rule then keeps
a frame iff its dial score reaches t: max u for OR, min u for AND, the k-th largest for k-of-n,
and for weights the largest t at which the voters with u >= t still weigh enough. The sets kept
are nested in t, so choosing t on the calibration set needs no correction for having chosen
(docs/calibration.md).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.rules import Rule
from ensembles.voter import Floats

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """The frozen map of one voter's scores to u.

    Args:
        knots: float32, ascending, shape (k,): scores of negative frames, or evenly spaced order
            statistics of them. u(s) is the share of knots below s.
    """

    knots: Floats

    @classmethod
    def from_negatives(cls, scores: Floats, *, knots: int = 1000) -> "Scale":
        """Return the map estimated on the scores of negative (or unlabelled) frames.

        Args:
            scores: float32, shape (n,). NaN, an abstention, says nothing and is left out.
            knots: At most so many order statistics are kept; more negatives are thinned.

        Raises:
            ValueError: No score is left.
        """
        known = np.sort(scores[~np.isnan(scores)])
        if not known.size:
            raise ValueError("a scale needs the score of at least one negative frame")
        places = np.linspace(0, known.size - 1, min(knots, known.size)).round().astype(np.int64)
        return cls(known[places])

    def u(self, scores: Floats) -> Doubles:
        """Return the share of knots below each score, in [0, 1], in the shape of `scores`.

        An abstention gets 1, since a frame is kept if it might have been; so does a score of
        1, since no threshold in [0, 1] lies above it.
        """
        below = np.searchsorted(self.knots, scores, side="left") / len(self.knots)
        return np.where(np.isnan(scores) | (scores >= 1), 1.0, below)

    def threshold(self, t: float) -> float:
        """Return the least float32 score in [0, 1] with u(score) >= t.

        So `score >= threshold` and `u(score) >= t` agree on every float32 score, for every t
        that is the u of some score on some scale.
        """
        needed = int(np.ceil(round(t * len(self.knots), 6)))
        if needed <= 0:
            return 0.0
        above = np.nextafter(self.knots[needed - 1], np.float32(np.inf))
        return float(min(above, np.float32(1)))


def dial_scores(u: Doubles, rule: Rule) -> Doubles:
    """Return the largest t at which the rule keeps each frame, shape (n,).

    Args:
        u: Shape (n, voters), columns in the rule's order.
        rule: Any rule; OR, AND and k-of-n are weights of 1.
    """
    order = np.argsort(-u, axis=1, kind="stable")
    weight = np.cumsum(np.asarray(rule.weights, dtype=np.int64)[order], axis=1)
    deciding = np.argmax(weight >= rule.needed, axis=1)
    rows = np.arange(len(u))
    return np.asarray(u[rows, order[rows, deciding]], dtype=np.float64)
