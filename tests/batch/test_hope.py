import pytest

from batch.hope import MOST_DEATHS_IN_A_ROW, MOST_FAILED_STARTS, Hope
from ensembles.errors import SkysiftError


def test_deaths_without_a_row_between_them_are_the_machines_fault() -> None:
    hope = Hope()
    for _ in range(MOST_DEATHS_IN_A_ROW - 1):
        hope.has_died(-9, started=True)

    with pytest.raises(SkysiftError, match="20 worker processes ended without one row"):
        hope.has_died(-9, started=True)


def test_starts_that_fail_are_given_up_sooner() -> None:
    hope = Hope()
    for _ in range(MOST_FAILED_STARTS - 1):
        hope.has_died(1, started=False)

    with pytest.raises(SkysiftError, match=r"while they load the models \(exit code 1\)"):
        hope.has_died(1, started=False)


def test_a_row_and_a_start_give_new_hope() -> None:
    hope = Hope()
    for _ in range(MOST_DEATHS_IN_A_ROW * MOST_FAILED_STARTS):
        hope.has_died(-9, started=False)
        hope.has_started()
        hope.has_worked()
