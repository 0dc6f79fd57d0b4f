import numpy as np
import pytest

from benchmarks.curation_label_errors import Task, flipped
from benchmarks.curation_scenes import UNEQUAL, unequal
from benchmarks.curation_select import found_by
from benchmarks.curation_table import gain, half_width
from benchmarks.curation_world import KINDS, Flown, Tail, long_tailed

HIKER = 0


def seen(flights: int = 60, frames: int = 16) -> Flown:
    """Flights over twelve lands; hikers are on a quarter of the frames of half of the flights."""
    rng = np.random.default_rng(1)
    count = flights * frames
    flight = np.repeat(np.arange(flights), frames)
    shows = rng.random((count, len(KINDS))) < 0.3
    shows[:, HIKER] = (flight % 2 == 0) & (rng.random(count) < 0.5)
    vectors = rng.normal(size=(count, 8)) + 3 * np.pad(shows, ((0, 0), (0, 3)))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    lands = np.array([f"land {one % 12}" for one in flight])
    scores = rng.random((count, 3)).astype(np.float32)
    return Flown(vectors.astype(np.float32), scores, shows, lands, flight)


@pytest.mark.parametrize(
    "tail", [Tail(0.03, 3, 1), Tail(0.03, 3, 1, short=0.6, passing=True)], ids=["even", "uneven"]
)
def test_hikers_and_some_lands_are_rare_in_a_pool(tail: Tail) -> None:
    pool = long_tailed(seen(), np.random.default_rng(2), tail)

    flights_over = [
        len(np.unique(pool.flights[pool.lands == land])) for land in np.unique(pool.lands)
    ]
    assert 0.03 <= pool.shows[:, HIKER].mean() < 0.06
    gone = 12 - len(flights_over)  # a rare flight all of whose frames showed hikers
    assert flights_over.count(1) + gone == 3
    assert sum(count >= 4 for count in flights_over) == 9


def test_most_flights_of_an_uneven_pool_are_short() -> None:
    pool = long_tailed(seen(), np.random.default_rng(2), Tail(0.03, 3, 1, short=0.6, passing=True))

    lengths = np.bincount(pool.flights)
    hikers = np.bincount(pool.flights[pool.shows[:, HIKER]])
    assert (lengths[lengths > 0] <= 2).mean() > 0.5
    assert hikers.max() <= 2


def test_a_probe_finds_what_its_labels_show() -> None:
    flown = seen()

    found = found_by(flown.take(flown.flights < 30), flown.take(flown.flights >= 30))
    blind = found_by(flown.take(~flown.shows[:, HIKER]), flown)

    assert found.f1 > 0.8
    assert found.recall > 0.8
    assert blind.recall == 0


def test_as_many_labels_are_flipped_as_asked_and_units_stay_together() -> None:
    labels, rows = np.arange(200) % 3, np.zeros((200, 2), dtype=np.float32)
    alone, pairs = np.arange(200), np.arange(200) // 2

    given, wrong = flipped(
        Task("", rows, rows, labels, alone, pairs), 0.1, np.random.default_rng(0)
    )

    assert wrong.sum() == 20
    assert ((given != labels) == wrong).all()
    assert (wrong[::2] == wrong[1::2]).all()


def test_classes_are_as_unequal_as_said() -> None:
    classes = np.repeat(np.arange(7), 16)

    rows = unequal(np.arange(len(classes)), classes, np.random.default_rng(0))

    assert sorted(np.bincount(classes[rows])) == sorted(UNEQUAL)


def test_a_gain_is_the_mean_of_paired_differences_with_students_interval() -> None:
    assert half_width(np.array([0.1, 0.2, 0.3])) == pytest.approx(0.2484, abs=1e-4)
    assert gain([0.5, 0.7, 0.9], [0.4, 0.5, 0.6]) == "+0.200 (-0.048 to +0.448)"
