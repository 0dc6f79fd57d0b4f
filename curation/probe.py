"""What a linear probe on embeddings says of frames it did not learn from."""

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ensembles.dial import Doubles
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from ensembles.voter import Floats

FOLDS = 5
ROUNDS = 300
"""Of the optimiser; what is not settled then changes the fourth digit."""

REGULARISATION = 0.01
"""Inverse strength. Embeddings have hundreds of numbers and labelled sets hundreds of frames."""


def out_of_fold(
    features: Floats, labels: Codes, groups: Codes, *, folds: int = FOLDS, seed: int = 0
) -> Doubles:
    """Return how likely each class is for each frame, float64 (n, k), rows sum to 1.

    Each frame is judged by a probe that learnt from other groups only.

    Args:
        features: float32 (n, d), finite.
        labels: Class of each frame, int64 (n,), from 0, without gaps.
        groups: What must not be divided, such as the flight; int64 (n,).
        folds: Parts that the groups are divided into; fewer when a class has fewer groups.
        seed: Of the division.

    Raises:
        ConfigError: A class is in one group only, so that it could not be learnt from others.
    """
    probabilities = np.zeros((len(labels), int(labels.max()) + 1))
    for learnt, judged in _divided(labels, groups, folds, seed):
        model = fitted_probe(features[learnt], labels[learnt])
        rows = model.predict_proba(features[judged])
        probabilities[np.ix_(judged, model.classes_)] = rows
    return probabilities


def fitted_probe(
    features: Floats, labels: Codes, *, balanced: bool = False, strength: float = REGULARISATION
) -> LogisticRegression:
    """Return logistic regression on standardised features, fitted.

    Args:
        features: float32 (n, d).
        labels: int64 (n,), of two classes at least.
        balanced: Whether rare classes weigh as much as common ones.
        strength: Inverse of the regularisation.
    """
    probe = make_pipeline(
        StandardScaler(),
        LogisticRegression(
            C=strength, max_iter=ROUNDS, class_weight="balanced" if balanced else None
        ),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return probe.fit(features, labels)


def _divided(labels: Codes, groups: Codes, folds: int, seed: int) -> Iterator[tuple[Codes, Codes]]:
    fewest = min(len(np.unique(groups[labels == label])) for label in np.unique(labels))
    if len(np.unique(labels)) < 2 or fewest < 2:
        raise ConfigError(
            "at least two classes are needed, each in two groups or more: a frame is judged by "
            "what was learnt from other groups"
        )
    splitter = StratifiedGroupKFold(min(folds, fewest), shuffle=True, random_state=seed)
    parts: Sequence[tuple[Codes, Codes]] = list(splitter.split(labels, labels, groups))
    for learnt, judged in parts:
        if set(labels[judged]) <= set(labels[learnt]):
            yield learnt, judged
            continue
        raise ConfigError("a class is in too few groups to be learnt without any one of them")
