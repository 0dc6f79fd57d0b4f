"""What benchmarks/live_recall.py measures over hundreds of runs, over a few."""

import numpy as np
import pytest

from benchmarks.live_recall import Audit, alarms_falsely, delay

EVERYBODY = Audit(skipped=1, kept=1)


@pytest.mark.parametrize("audit", [EVERYBODY, Audit(skipped=0.3, kept=1)])
def test_a_kept_promise_is_not_called_void_over_a_thousand_labels(audit: Audit) -> None:
    assert sum(alarms_falsely(audit, seed) for seed in range(5)) == 0


def test_a_fall_of_the_recall_is_seen_after_some_fifty_labels() -> None:
    delays = [one.labels for seed in range(9) if (one := delay(EVERYBODY, seed))]

    assert len(delays) == 9
    assert np.median(delays) <= 60
