"""Which labels contradict what is learnt from all others.

Northcutt, Jiang & Chuang, "Confident learning: estimating uncertainty in dataset labels", Journal
of Artificial Intelligence Research 70 (2021): the confident joint (equation 1), calibrated to the
counts of the given labels (equation 3), and pruning by noise rate (section 3.3).
"""

import numpy as np
import numpy.typing as npt

from ensembles.dial import Doubles
from ensembles.score_table import Codes

Bools = npt.NDArray[np.bool_]


def confident_joint(probabilities: Doubles, labels: Codes) -> Doubles:
    """Return how many frames with label i are believed to be of class j, float64 (k, k).

    Rows sum to the counts of the labels.

    Args:
        probabilities: Of each class, out of fold, float64 (n, k).
        labels: As given, int64 (n,).
    """
    count = probabilities.shape[1]
    given = np.bincount(labels, minlength=count)
    thresholds = _self_confidences(probabilities, labels)
    confident = np.where(probabilities >= thresholds - 1e-6, probabilities, -1)
    counted = confident.max(axis=1) >= 0
    joint = np.zeros((count, count))
    np.add.at(joint, (labels[counted], confident.argmax(axis=1)[counted]), 1)
    joint[joint.sum(axis=1) == 0] = np.eye(count)[joint.sum(axis=1) == 0]
    return np.asarray(joint / joint.sum(axis=1, keepdims=True) * given[:, None])


def pruned_by_noise_rate(probabilities: Doubles, labels: Codes) -> Bools:
    """Return which labels are believed to be wrong, bool (n,).

    Of the frames with label i as many as the joint says are of class j: those for which j is ahead
    of i by most.
    """
    joint = np.rint(confident_joint(probabilities, labels)).astype(int)
    wrong = np.zeros(len(labels), dtype=bool)
    for given, believed in np.argwhere(joint):
        rows = np.flatnonzero(labels == given)
        if given == believed:
            continue
        ahead = probabilities[rows, believed] - probabilities[rows, given]
        wrong[rows[np.argsort(-ahead, kind="stable")[: joint[given, believed]]]] = True
    return np.asarray(wrong & (probabilities.argmax(axis=1) != labels), dtype=bool)


def self_confidence(probabilities: Doubles, labels: Codes) -> Doubles:
    """Return how likely each given label is, float64 (n,)."""
    return np.asarray(probabilities[np.arange(len(labels)), labels])


def _self_confidences(probabilities: Doubles, labels: Codes) -> Doubles:
    """Return the mean probability of each class among the frames labelled so, float64 (k,)."""
    count = probabilities.shape[1]
    sums = np.bincount(labels, weights=self_confidence(probabilities, labels), minlength=count)
    given = np.bincount(labels, minlength=count)
    return np.where(given > 0, sums / np.maximum(given, 1), np.inf)
