"""The promise on parts of the frames."""

import numpy as np

from ensembles.bounds import Promise
from ensembles.calibrate import calibrate
from ensembles.candidates import candidates_named
from ensembles.replay import kept_by
from ensembles.score_table import NOBODY, ScoreTable, Sightings
from ensembles.slices import slices_of
from tests.ensembles.worlds import VOTERS, Truth, World

(OR,) = candidates_named(["or"], VOTERS)


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


def test_a_part_that_had_a_say_in_the_threshold_is_wrongly_certified_as_seldom_as_promised() -> (
    None
):
    random = np.random.default_rng(7)
    easy, hard = World(skill=(2.5, 2.0, 1.5)), World(skill=(2.1, 1.7, 1.2))
    truth, promise, trials = Truth.of(hard, random), Promise(0.95), 600
    wrong = 0
    for _ in range(trials):
        table = side_by_side(
            easy.table(random, positives=60, negatives=100),
            hard.table(random, positives=130, negatives=100),
        )
        point = calibrate(table, OR, promise).point
        kept = kept_by(table, point.thresholds_of(VOTERS), OR.rule)
        _, part = slices_of(table, kept, promise, parts=table.groups, names=["easy", "hard"])
        wrong += part.certified and truth.recall(point) < promise.recall

    standard_error = np.sqrt(promise.delta * promise.confidence / trials)
    assert 0 < wrong / trials <= promise.delta + 3 * standard_error


def side_by_side(first: ScoreTable, second: ScoreTable) -> ScoreTable:
    """Put the frames of two worlds into one table, as groups 0 and 1."""
    nobody = np.full(len(first) + len(second), NOBODY)
    return ScoreTable(
        VOTERS,
        np.concatenate([first.scores, second.scores]),
        np.concatenate([first.labels, second.labels]),
        nobody,
        np.repeat([0, 1], [len(first), len(second)]),
    )


def test_parts_are_counted_and_not_certified_where_a_floor_was_put_too() -> None:
    table = World().table(np.random.default_rng(1), positives=100, negatives=10, groups=1)
    kept = np.ones(len(table), dtype=bool)

    (part,) = slices_of(table, kept, None, parts=table.groups, names=["all"])

    assert (part.positives, part.misses, part.bound, part.certified) == (100, 0, 0.0, False)
