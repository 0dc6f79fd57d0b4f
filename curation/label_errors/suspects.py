"""How suspicious each label is: what a probe learnt elsewhere says, and what neighbours say."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.label_errors.confident_learning import pruned_by_noise_rate, self_confidence
from curation.label_errors.neighbours import nearest_rows, shares_of_classes
from curation.probe import out_of_fold
from ensembles.dial import Doubles
from ensembles.score_table import Codes
from ensembles.voter import Floats

NEIGHBOURS = 10
SURE = 1e-3
"""Scores nearer to 0 or 1 say no more than this one."""


@dataclass(frozen=True, slots=True, eq=False)
class Suspects:
    """What speaks against each of n labels.

    Args:
        suspicion: float64 (n,), in [0, 1]: the mean of what probe and neighbours give to other
            classes. It ranks, and is no probability.
        confidence: What the probe gives to the label, out of fold, float64 (n,).
        otherwise: Share of the neighbours that are labelled otherwise, float64 (n,).
        suggested: The class that probe and neighbours together prefer, int64 (n,).
        believed_wrong: What confident learning alone would prune, bool (n,).
    """

    suspicion: Doubles
    confidence: Doubles
    otherwise: Doubles
    suggested: Codes
    believed_wrong: npt.NDArray[np.bool_]

    @property
    def ranking(self) -> Codes:
        """Frames, the most suspicious label first, int64 (n,)."""
        return np.asarray(np.argsort(-self.suspicion, kind="stable"), dtype=np.int64)


def suspects(
    embeddings: Floats,
    labels: Codes,
    groups: Codes,
    *,
    scores: Floats | None = None,
    seed: int = 0,
) -> Suspects:
    """Return what speaks against each label.

    The probe sees embeddings, and the voters' scores where they are known; it judges a flight by
    what it learnt from others. Neighbours may be of the same flight: frames of a burst that are
    labelled differently are worth a look.

    Args:
        embeddings: float32 (n, d), rows of length 1.
        labels: Class of each frame, int64 (n,), from 0, without gaps.
        groups: The flight of each, int64 (n,).
        scores: float32 (n, v), in [0, 1]; NaN where a voter abstained.
        seed: Of the folds.

    Raises:
        ConfigError: A class is in one flight only.
    """
    features = embeddings if scores is None else features_of(embeddings, scores)
    return suspects_from(embeddings, labels, out_of_fold(features, labels, groups, seed=seed))


def features_of(embeddings: Floats, scores: Floats) -> Floats:
    """Return embeddings and the log odds of scores side by side, float32 (n, d + v).

    Where a voter abstained, it says what it says on average.
    """
    sure = np.clip(scores, SURE, 1 - SURE)
    odds = np.log(sure / (1 - sure))
    spoke = np.isfinite(odds)
    means = np.where(spoke, odds, 0).sum(axis=0) / np.maximum(spoke.sum(axis=0), 1)
    return np.concatenate([embeddings, np.where(spoke, odds, means).astype(np.float32)], axis=1)


def suspects_from(embeddings: Floats, labels: Codes, probabilities: Doubles) -> Suspects:
    """Return what speaks against each label, given out-of-fold probabilities, float64 (n, k)."""
    rows, cosines = nearest_rows(embeddings, NEIGHBOURS)
    shares = shares_of_classes(rows, cosines, labels, probabilities.shape[1])
    together = (probabilities + shares) / 2
    own = np.arange(len(labels))
    others = together.copy()
    others[own, labels] = -1
    return Suspects(
        suspicion=1 - together[own, labels],
        confidence=self_confidence(probabilities, labels),
        otherwise=1 - shares[own, labels],
        suggested=np.asarray(others.argmax(axis=1), dtype=np.int64),
        believed_wrong=pruned_by_noise_rate(probabilities, labels),
    )
