"""Which frames deserve a blind second look, and what it found."""

import numpy as np

from ensembles.score_table import NOBODY, ScoreTable
from ensembles.second_look import frames_to_check, label_check, missed_frames, with_labels

NOBODY_YET = np.zeros(8, dtype=bool)
KEPT = np.array([True, False, False, False, True, True, True, False])


def table() -> ScoreTable:
    return ScoreTable(
        ("a",),
        np.zeros((8, 1), dtype=np.float32),
        np.array([1, 1, 1, 1, 1, 1, 1, 0], dtype=np.int8),
        np.array([0, 0, 1, 1, NOBODY, NOBODY, NOBODY, NOBODY]),
        np.full(8, NOBODY),
    )


def test_only_frames_of_objects_that_no_frame_found_are_missed() -> None:
    assert missed_frames(table(), KEPT).tolist() == [2, 3]


def test_every_miss_is_looked_at_with_as_many_random_hits() -> None:
    rows = frames_to_check(table(), KEPT, looked_at=NOBODY_YET, seed=1)

    assert {2, 3} < set(rows.tolist())
    assert len(rows) == 4
    assert set(rows.tolist()) - {2, 3} <= {0, 4, 5, 6}


def test_the_order_says_nothing_about_which_were_missed() -> None:
    places = [
        frames_to_check(table(), KEPT, looked_at=NOBODY_YET, seed=seed).tolist().index(2)
        for seed in range(40)
    ]

    assert set(places) == {0, 1, 2, 3}


def test_what_was_looked_at_is_not_looked_at_again() -> None:
    looked_at = np.isin(np.arange(8), [2, 4])

    rows = frames_to_check(table(), KEPT, looked_at=looked_at, seed=1)

    assert 3 in rows
    assert not {2, 4} & set(rows.tolist())


def test_the_check_counts_what_changed_and_what_is_left() -> None:
    before = table()
    looked_at = np.isin(np.arange(8), [2, 4, 5])
    corrected = with_labels(before, np.array([1, 1, 0, 1, 1, 0, 1, 0], dtype=np.int8))

    check = label_check(before, corrected, KEPT, looked_at=looked_at)

    assert (check.misses_checked, check.hits_checked) == (1, 2)
    assert (check.labels_changed, check.hits_changed) == (2, 1)
    assert check.misses_unchecked == 1
    assert not check.complete
