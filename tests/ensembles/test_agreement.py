"""Who finds what, alone and together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ensembles.agreement import Company, agreement, nearest_frames_of_missed
from ensembles.score_table import NOBODY, ScoreTable
from tests.ensembles.worlds import World

NAN = float("nan")


def small_table() -> ScoreTable:
    """Objects 7 (two frames), 8 and one without an id; two negatives."""
    return ScoreTable(
        ("a", "b"),
        np.array(
            [[0.9, 0.1], [0.1, 0.8], [0.2, 0.3], [0.7, NAN], [0.6, 0.1], [0.1, 0.1]],
            dtype=np.float32,
        ),
        np.array([1, 1, 1, 1, 0, 0], dtype=np.int8),
        np.array([7, 7, 8, NOBODY, NOBODY, NOBODY]),
        np.full(6, NOBODY),
    )


def test_an_object_is_found_by_everybody_who_says_yes_to_one_of_its_frames() -> None:
    found = agreement(small_table(), [0.5, 0.5])

    assert set(found) == {
        Company((0,), objects=1, false_alarms=1),
        Company((), objects=1, false_alarms=1),
        Company((0, 1), objects=1, false_alarms=0),
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_every_object_and_every_negative_is_counted_once(
    seed: int, thresholds: list[float]
) -> None:
    world = World(frames_per_object=3)
    table = world.table(np.random.default_rng(seed), positives=20, negatives=30)

    found = agreement(table, thresholds)

    assert sum(each.objects for each in found) == 20
    assert sum(each.false_alarms for each in found) == 30


def test_the_nearest_frame_of_each_missed_object_comes_first() -> None:
    dial = np.array([0.1, 0.3, 0.4, 0.9, 0.8, 0.2])

    rows = nearest_frames_of_missed(small_table(), dial, 0.5)

    assert rows.tolist() == [2, 1]


@pytest.mark.parametrize("t", [0.0, 0.05])
def test_nothing_is_missed_below_the_lowest_object(t: float) -> None:
    rows = nearest_frames_of_missed(small_table(), np.full(6, 0.1), t)

    assert rows.size == 0
