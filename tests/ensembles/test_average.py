"""A recall that holds on average, and how it differs from one that is promised."""

import numpy as np
import pytest

from ensembles.average import allowed_on_average, calibrate_on_average, needed_on_average
from ensembles.bounds import Promise
from ensembles.candidates import all_candidates
from ensembles.errors import SkysiftError
from tests.ensembles.worlds import VOTERS, Truth, World

PROMISE = Promise(0.95)
SINGLE = all_candidates(VOTERS)[0]


@pytest.mark.parametrize(
    ("positives", "allowed"), [(18, None), (19, 0), (39, 1), (98, 3), (99, 4), (100, 4)]
)
def test_the_border_is_exact_in_the_decimals_as_written(
    positives: int, allowed: int | None
) -> None:
    assert allowed_on_average(positives, recall=0.95) == allowed


@pytest.mark.parametrize(("recall", "needed"), [(0.9, 9), (0.95, 19), (0.99, 99)])
def test_the_least_number_of_positives_allows_no_miss(recall: float, needed: int) -> None:
    assert needed_on_average(recall) == needed
    assert allowed_on_average(needed, recall=recall) == 0
    assert allowed_on_average(needed - 1, recall=recall) is None


def test_too_few_positives_are_refused_with_the_number_that_would_do() -> None:
    table = World().table(np.random.default_rng(1), positives=15, negatives=50)

    with pytest.raises(SkysiftError, match=r"at least 19 positives.*label 4 more"):
        calibrate_on_average(table, SINGLE, PROMISE)


def test_it_holds_on_average_and_a_single_calibration_often_falls_short() -> None:
    random = np.random.default_rng(7)
    truth = Truth.of(World(), random)
    tables = (World().table(random, positives=99, negatives=300) for _ in range(500))

    recalls = [truth.recall(calibrate_on_average(t, SINGLE, PROMISE).point) for t in tables]

    standard_error = np.std(recalls) / np.sqrt(len(recalls))
    assert np.mean(recalls) >= 0.95 - 3 * standard_error
    assert 0.3 < np.mean(np.array(recalls) < 0.95) < 0.55
