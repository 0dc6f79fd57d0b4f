"""How good one voter is by itself."""

import numpy as np

from ensembles.precision_recall import histogram, precision_recall, sweep
from ensembles.score_table import NOBODY, UNLABELLED, ScoreTable

NAN = float("nan")


def small_table() -> ScoreTable:
    return ScoreTable(
        ("a",),
        np.array([[0.9], [0.2], [NAN], [0.6], [0.1], [0.95]], dtype=np.float32),
        np.array([1, 1, 1, 0, 0, UNLABELLED], dtype=np.int8),
        np.array([4, 4, NOBODY, NOBODY, NOBODY, NOBODY]),
        np.full(6, NOBODY),
    )


def test_recall_counts_objects_and_precision_counts_labelled_frames() -> None:
    curve = precision_recall(small_table(), 0, [0.5, 0.92])

    assert curve.positives == 2
    assert curve.found.tolist() == [2, 1]
    assert curve.hits.tolist() == [2, 1]
    assert curve.kept.tolist() == [3, 1]


def test_a_sweep_stops_where_the_recall_changes() -> None:
    table = small_table()

    assert sweep(table, 0).tolist() == [np.float64(np.float32(0.9))]


def test_a_histogram_leaves_abstentions_out_and_says_how_many() -> None:
    spread = histogram(small_table(), 0, bins=2)

    assert spread.positives.tolist() == [1, 1]
    assert spread.negatives.tolist() == [1, 1]
    assert spread.abstained == 1
