"""Replaying a score table through another rule."""

import numpy as np
import pytest

from ensembles.errors import ConfigError
from ensembles.replay import Proportion, difference, kept_by, outcome_of
from ensembles.rules import at_least
from ensembles.score_table import NOBODY, ScoreTable

NAN = np.nan


def table() -> ScoreTable:
    return ScoreTable(
        ("a", "b"),
        np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.1], [0.4, NAN], [0.1, 0.9]], dtype=np.float32),
        np.array([1, 1, 1, 0, -1], dtype=np.int8),
        np.array([5, 5, NOBODY, NOBODY, NOBODY]),
        np.full(5, NOBODY),
    )


def test_or_keeps_what_any_voter_wants_and_what_an_absent_one_might_have_wanted() -> None:
    kept = kept_by(table(), {"a": 0.5, "b": 0.5}, at_least(1, 2))

    assert kept.tolist() == [True, True, False, True, True]


def test_recall_counts_objects_and_precision_counts_labelled_frames() -> None:
    kept = np.array([True, False, False, True, True])

    outcome = outcome_of(table(), kept, seconds_per_frame=3600)

    assert outcome.recall == Proportion(1, 2)
    assert outcome.precision == Proportion(1, 2)
    assert outcome.kept == Proportion(3, 5)
    assert outcome.review_hours == 3


def test_the_difference_names_objects_as_well_as_frames() -> None:
    now = np.array([False, True, True, False, False])
    before = np.array([True, False, False, True, False])

    changed = difference(table(), now, before)

    assert (changed.gained.successes, changed.lost.successes) == (2, 2)
    assert (changed.objects_gained.successes, changed.objects_lost.successes) == (1, 0)


def test_a_voter_without_a_column_is_named() -> None:
    with pytest.raises(ConfigError, match="voter 'c' has no column score_c; there are a, b"):
        kept_by(table(), {"c": 0.5}, at_least(1, 1))


def test_a_share_of_nothing_is_unknown() -> None:
    assert Proportion(0, 0).share is None
    assert Proportion(0, 0).interval == (0, 1)
