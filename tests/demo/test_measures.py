"""Measures: shares counted as whole numbers, with exact intervals."""

import numpy as np
import pytest

from demo.measures import Share, Truth, measure
from demo.thresholds import threshold_for

TRUTH = Truth((frozenset({"a"}), frozenset({"a", "b"}), frozenset(), frozenset({"c"}), frozenset()))


def test_recall_precision_and_share_kept_are_counted_over_frames() -> None:
    row = measure("any", np.array([True, False, True, False, False]), TRUTH)

    assert (row.recall.hits, row.recall.count) == (1, 3)
    assert (row.precision.hits, row.precision.count) == (1, 2)
    assert (row.kept.hits, row.kept.count) == (2, 5)


def test_a_target_is_found_when_one_of_its_frames_is_kept() -> None:
    row = measure("any", np.array([False, True, False, False, False]), TRUTH)

    assert (row.found.hits, row.found.count) == (2, 3)


def test_the_interval_is_that_of_clopper_and_pearson() -> None:
    assert Share(0, 59).interval[1] == pytest.approx(1 - 0.025 ** (1 / 59))
    low, high = Share(45, 50).interval
    assert (low, high) == pytest.approx((0.7819, 0.9667), abs=1e-4)


def test_a_share_of_nothing_is_unknown() -> None:
    assert np.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_a_threshold_keeps_the_wished_share_of_the_positives() -> None:
    scores = np.linspace(0, 1, 101, dtype=np.float32)
    positive = scores >= 0.5

    threshold = threshold_for(scores, positive, recall=0.9)

    assert np.mean(scores[positive] >= threshold) >= 0.9
    assert np.mean(scores[positive] >= threshold + 0.02) < 0.9
