import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from curation.train.average_precision import average_precision, gain, measured

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.9])), min_size=1, max_size=40
).filter(lambda rows: any(positive for positive, _ in rows))


@given(ROWS)
def test_it_is_that_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    positive = np.array([each for each, _ in rows])
    scores = np.array([each for _, each in rows], dtype=np.float32)

    assert average_precision(positive, scores) == pytest.approx(
        average_precision_score(positive, scores)
    )


def test_without_a_positive_it_is_not_known() -> None:
    assert np.isnan(average_precision(np.array([False]), np.array([0.5], dtype=np.float32)))


def test_frames_that_are_copies_make_no_interval_narrower() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(80) < 0.3
    scores = (positive + rng.normal(0, 1, 80)).astype(np.float32)
    once = measured(positive, scores, np.arange(80))

    copied = measured(np.repeat(positive, 5), np.repeat(scores, 5), np.repeat(np.arange(80), 5))

    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=0.15)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)

    def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
        positive = rng.random(count) < 0.4
        return positive, (positive * 1.2 + rng.normal(0, 1, count)).astype(np.float32)

    truth = average_precision(*drawn(100_000))
    found = [measured(*drawn(150), np.arange(150)) for _ in range(20)]

    assert sum(each.low <= truth <= each.high for each in found) >= 17


def test_the_gain_over_itself_is_nothing() -> None:
    positive = np.array([True, False, True, False])
    scores = np.array([0.9, 0.1, 0.4, 0.6], dtype=np.float32)

    found = gain(positive, scores, scores, np.arange(4))

    assert (found.value, found.low, found.high) == (0, 0, 0)
