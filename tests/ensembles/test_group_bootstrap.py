import numpy as np

from ensembles.group_bootstrap import interval_over_groups

VALUES = np.repeat(np.random.default_rng(1).random(12), 10)
FLIGHTS = np.repeat(np.arange(12), 10)
"""Ten frames each of twelve flights, and all frames of a flight alike."""


def width(groups: np.ndarray) -> float:
    low, high = interval_over_groups(lambda k: float(VALUES[k].mean()), groups, seed=0)
    return high - low


def test_frames_that_are_alike_tell_less_than_as_many_independent_ones() -> None:
    assert width(FLIGHTS) > 2 * width(np.arange(len(VALUES)))


def test_a_seed_fixes_the_interval() -> None:
    assert width(FLIGHTS) == width(FLIGHTS)


def test_draws_without_a_value_are_left_out() -> None:
    def of_the_rare(frames: np.ndarray) -> float:
        rare = VALUES[frames][frames < 10]
        return float(rare.mean()) if len(rare) else float("nan")

    low, high = interval_over_groups(of_the_rare, FLIGHTS, seed=0, resamplings=200)

    np.testing.assert_allclose([low, high], VALUES[0])
