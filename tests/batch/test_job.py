import pytest

from batch.entries import Counts
from batch.job import refuse_incomplete
from ensembles.errors import SkysiftError


def test_a_job_with_a_row_for_each_input_is_complete() -> None:
    refuse_incomplete(Counts(inputs=3, scored=2, failed=1, review=1))


@pytest.mark.parametrize("scored", [0, 1, 3])
def test_a_job_whose_sums_differ_does_not_call_itself_complete(scored: int) -> None:
    with pytest.raises(SkysiftError, match=f"3 inputs, but {scored} scored \\+ 1 failed"):
        refuse_incomplete(Counts(inputs=3, scored=scored, failed=1, review=1))
