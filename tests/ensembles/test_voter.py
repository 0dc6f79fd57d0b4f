"""A reading is checked where it enters."""

import numpy as np
import pytest

from ensembles.reasons import Reason
from ensembles.voter import Reading


@pytest.mark.parametrize("score", [-0.01, 1.01, np.inf, -np.inf])
def test_a_score_outside_zero_to_one_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match=r"outside \[0, 1\]"):
        Reading(np.array([0.5, score], dtype=np.float32))


def test_nan_abstains_and_says_why_when_it_is_known() -> None:
    scores = np.array([0.5, np.nan, np.nan], dtype=np.float32)

    reading = Reading(scores, reasons=(None, Reason.VOTER_TIMEOUT, None))

    assert [reading.reason(index) for index in range(3)] == [
        None,
        Reason.VOTER_TIMEOUT,
        Reason.VOTER_ABSTAINED,
    ]


def test_scores_have_one_dimension() -> None:
    with pytest.raises(ValueError, match="must have shape"):
        Reading(np.zeros((2, 1), dtype=np.float32))


def test_embeddings_and_reasons_fit_the_scores() -> None:
    scores = np.zeros(2, dtype=np.float32)

    with pytest.raises(ValueError, match="do not fit 2 scores"):
        Reading(scores, embeddings=np.zeros((3, 4), dtype=np.float32))
    with pytest.raises(ValueError, match="1 reasons do not fit"):
        Reading(scores, reasons=(None,))


def test_an_abstention_speaks_for_every_view() -> None:
    reading = Reading.abstention(3, Reason.VOTER_FAILED)

    assert len(reading) == 3
    assert reading.reason(2) is Reason.VOTER_FAILED
