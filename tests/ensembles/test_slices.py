"""The promise on parts of the frames."""

import numpy as np

from ensembles.bounds import Promise
from ensembles.score_table import NOBODY, ScoreTable, Sightings
from ensembles.slices import slices_of


def test_an_object_counts_in_every_part_that_shows_it_and_is_found_there_or_not() -> None:
    table = ScoreTable(
        ("a",),
        np.zeros((5, 1), dtype=np.float32),
        np.array([1, 1, 1, 0, 1], dtype=np.int8),
        np.array([0, 0, 1, NOBODY, NOBODY]),
        np.full(5, NOBODY),
        Sightings(np.array([2]), np.array([0])),
    )
    kept = np.array([True, False, False, True, True])
    parts = np.array([0, 1, 1, 1, NOBODY])

    first, second = slices_of(table, kept, Promise(0.95), parts=parts, names=["day", "dusk"])

    assert (first.name, first.positives, first.misses) == ("day", 1, 0)
    assert (second.name, second.positives, second.misses) == ("dusk", 2, 2)
    assert second.bound == 0


def test_a_part_with_too_few_positives_is_not_certified_without_any_miss() -> None:
    def part(positives: int) -> bool:
        nobody = np.full(positives, NOBODY)
        table = ScoreTable(
            ("a",),
            np.ones((positives, 1), dtype=np.float32),
            np.ones(positives, dtype=np.int8),
            nobody,
            nobody,
        )
        everywhere = np.zeros(positives, dtype=np.int64)
        kept = np.ones(positives, dtype=bool)
        (found,) = slices_of(table, kept, Promise(0.95), parts=everywhere, names=["all"])
        return found.certified

    assert not part(58)
    assert part(59)
