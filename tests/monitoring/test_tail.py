import numpy as np
import pytest

from monitoring.tail import Tails


def test_what_is_as_rare_as_one_in_a_thousand_scores_three() -> None:
    rng = np.random.default_rng(0)
    tails = Tails.of(rng.exponential(size=(20_000, 1)))
    rare = -np.log(0.001)

    assert tails.surprise(np.array([[rare]]))[0, 0] == pytest.approx(3, abs=0.1)
    assert tails.value_at(3.0)[0] == pytest.approx(rare, rel=0.05)


def test_what_is_larger_is_never_less_surprising() -> None:
    tails = Tails.of(np.random.default_rng(1).normal(size=(500, 1)))
    surprises = tails.surprise(np.linspace(-9, 99, 1000)[:, None])

    assert (np.diff(surprises[:, 0]) >= 0).all()
    assert surprises[0, 0] == 0


def test_a_count_that_was_hardly_seen_is_no_boundless_surprise() -> None:
    simulated = np.zeros((1000, 1))
    simulated[:5] = 1.0

    assert Tails.of(simulated).surprise(np.array([[1.0]]))[0, 0] < 30


def test_a_statistic_that_never_moved_says_nothing() -> None:
    assert Tails.of(np.zeros((100, 1))).surprise(np.array([[7.0]]))[0, 0] == pytest.approx(1)
