import numpy as np
import pytest

from ensembles.score_changes import decision_change, score_change
from ensembles.voter import Floats


def scores(*values: float) -> Floats:
    return np.array(values, dtype=np.float32)


def test_votes_that_flip_are_counted_by_direction() -> None:
    change = score_change("v", scores(0.6, 0.6, 0.4, 0.5), scores(0.6, 0.4, 0.6, 0.2), 0.5)

    assert (change.lost, change.gained) == (2, 1)
    assert change.largest == pytest.approx(0.3)
    assert change.mean == pytest.approx(0.175)
    assert change.quantiles[0] == pytest.approx(0.2)


def test_a_score_at_the_threshold_is_a_yes() -> None:
    change = score_change("v", scores(0.5, 0.25, 0.25), scores(0.25, 0.5, 0.5), 0.5)

    assert (change.lost, change.gained) == (1, 2)


def test_views_that_only_one_form_scored_are_counted_and_not_compared() -> None:
    change = score_change("v", scores(0.6, np.nan, np.nan), scores(np.nan, 0.2, np.nan), 0.5)

    assert (change.views, change.abstained) == (0, 2)
    assert (change.lost, change.gained) == (0, 0)
    assert np.isnan(change.largest)


def test_decisions_are_named_by_what_they_do_to_recall() -> None:
    change = decision_change(
        ["a", "b", "c", "d"],
        ["review", "review", "skip", "skip"],
        ["skip", "review", "review", "skip"],
    )

    assert change.to_skip == ("a",)
    assert change.to_review == ("c",)
    assert (change.lost.successes, change.lost.trials) == (1, 2)


def test_without_a_frame_in_review_nothing_is_known_of_recall() -> None:
    change = decision_change(["a"], ["skip"], ["skip"])

    assert change.lost.share is None
