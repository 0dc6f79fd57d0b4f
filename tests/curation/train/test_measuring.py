import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.train.measuring import KEPT_POSITIVES, starting_threshold

SCORES = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=60)


@given(SCORES)
def test_the_threshold_to_begin_with_keeps_what_it_says(scores: list[float]) -> None:
    found = np.array(scores, dtype=np.float32)

    threshold = starting_threshold(found)

    assert (found >= threshold).mean() >= KEPT_POSITIVES
    assert 0 <= threshold <= 1
