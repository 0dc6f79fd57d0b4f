import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.select.draw import drawn
from curation.select.inclusion import Units
from curation.select.pick import Picks, equal_share_cap, pick, pick_evenly
from curation.select.pool import Pool
from curation.select.rounding import rounded

DRAWS = 500
FAR = 4.5
"""Deviations: with some 100 frequencies, chance alone passes it once in a thousand tests."""


def a_pool(rng: np.random.Generator, frames: int = 90) -> Pool:
    twins = np.unique(rng.integers(0, 60, frames), return_inverse=True)[1]
    return Pool(
        clusters=np.unique(rng.integers(0, 7, frames), return_inverse=True)[1],
        groups=np.unique(twins % 9, return_inverse=True)[1],
        twins=twins,
        margins=rng.uniform(-1, 1, (frames, 3)),
    )


def deviations(hits: np.ndarray, chances: np.ndarray, draws: int) -> np.ndarray:
    """How far frequencies lie from chances, in standard deviations."""
    certain = chances > 1 - 1e-9
    assert (hits[certain] == draws).all()
    spread = np.sqrt(draws * (chances * (1 - chances))[~certain])
    return np.asarray((hits - draws * chances)[~certain] / spread)


def test_inclusion_frequencies_are_the_recorded_propensities() -> None:
    rng = np.random.default_rng(5)
    pool = a_pool(rng)
    weights = rng.exponential(size=len(pool)) + 0.3
    hits, said = np.zeros(len(pool)), np.full(len(pool), np.nan)

    for _ in range(DRAWS):
        picks = pick(pool, weights, 15, rng, cap=3)
        hits[picks.rows] += 1
        said[picks.rows] = picks.propensities

    assert np.isfinite(said).all()
    off = deviations(hits, said, DRAWS)
    assert np.abs(off).max() < FAR
    assert (off**2).mean() < 1.6  # 1 by chance alone: sees chances that are all a little wrong


def test_weighting_by_one_over_the_propensity_estimates_the_whole_pool() -> None:
    rng = np.random.default_rng(6)
    pool = a_pool(rng)
    weights, known = rng.exponential(size=len(pool)) + 0.05, rng.normal(3, 1, len(pool))

    estimates = [
        (known[picks.rows] / picks.propensities).sum()
        for picks in (pick(pool, weights, 15, rng, cap=3) for _ in range(DRAWS))
    ]

    error = np.std(estimates) / np.sqrt(DRAWS)
    assert abs(np.mean(estimates) - known.sum()) < FAR * error


@given(seed=st.integers(0, 10_000), picks=st.integers(0, 70), cap=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_neither_flights_nor_near_duplicates_fill_the_budget(
    seed: int, picks: int, cap: int
) -> None:
    rng = np.random.default_rng(seed)
    pool = a_pool(rng)

    found = pick(pool, rng.exponential(size=len(pool)) + 1e-3, picks, rng, cap=cap)

    most = np.minimum(np.bincount(pool.groups[np.unique(pool.twins, return_index=True)[1]]), cap)
    assert len(found) == min(picks, most.sum())
    assert len(set(pool.twins[found.rows])) == len(found)
    assert np.bincount(pool.groups[found.rows], minlength=1).max() <= cap
    assert ((found.propensities > 0) & (found.propensities <= 1 + 1e-9)).all()


def test_each_cluster_gives_what_its_chances_sum_to() -> None:
    rng = np.random.default_rng(7)
    chances, clusters = np.full(40, 0.25), np.repeat(np.arange(8), 5)

    counts = [
        np.bincount(clusters[drawn(chances, clusters, np.arange(40), rng)], minlength=8)
        for _ in range(300)
    ]

    assert set(np.unique(counts)) == {1, 2}
    assert set(np.sum(counts, axis=1)) == {10}


def test_all_are_picked_for_certain_when_all_are_asked_for() -> None:
    pool = Pool(np.zeros(5, int), np.arange(5), np.arange(5), np.zeros((5, 1)))

    picks = pick(pool, np.arange(1.0, 6.0), 9, np.random.default_rng(0), cap=1)

    assert picks.rows.tolist() == [0, 1, 2, 3, 4]
    assert picks.propensities.tolist() == [1.0] * 5


def test_an_empty_pool_gives_nothing() -> None:
    pool = Pool(np.empty(0, int), np.empty(0, int), np.empty(0, int), np.empty((0, 1)))

    assert len(pick(pool, np.empty(0), 5, np.random.default_rng(0), cap=1)) == 0
    assert len(pick_evenly(0, 5, np.random.default_rng(0))) == 0


def test_the_same_seed_picks_the_same() -> None:
    pool = a_pool(np.random.default_rng(1))

    def picked(seed: int) -> Picks:
        return pick(pool, np.ones(len(pool)), 12, np.random.default_rng(seed), cap=4)

    assert picked(3).rows.tolist() == picked(3).rows.tolist()
    assert picked(3).rows.tolist() != picked(4).rows.tolist()


def test_a_random_sample_is_as_likely_as_it_is_large() -> None:
    picks = pick_evenly(200, 20, np.random.default_rng(0))

    assert len(set(picks.rows.tolist())) == 20
    assert set(picks.propensities) == {0.1}


@given(
    st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=40), st.integers(1, 5), st.integers(1, 60)
)
def test_chances_go_with_weights_and_sum_to_what_is_asked(
    weights: list[float], cap: int, picks: int
) -> None:
    groups = np.unique(np.arange(len(weights)) % 4, return_inverse=True)[1]

    chances = Units(np.array(weights), groups, cap).probabilities(picks)

    room = np.minimum(np.bincount(groups), cap).sum()
    assert chances.sum() == pytest.approx(min(picks, room))
    assert ((chances > 0) & (chances <= 1)).all()
    assert (np.bincount(groups, weights=chances) <= cap + 1e-9).all()
    for group in np.unique(groups):
        mine = chances[groups == group] < 1 - 1e-9
        ratios = (chances / weights)[groups == group][mine]
        assert ratios == pytest.approx(ratios[:1].repeat(len(ratios)))


@given(seed=st.integers(0, 10_000), rows=st.integers(1, 6), columns=st.integers(1, 6))
@settings(max_examples=80, deadline=None)
def test_a_rounded_table_keeps_its_margins(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    row, column = (axis.ravel() for axis in np.meshgrid(range(rows), range(columns)))
    values = rng.uniform(0, 1, rows * columns)
    values *= np.floor(values.sum()) / values.sum()

    whole = rounded(values, row, column, rng)

    assert whole.sum() == pytest.approx(values.sum())
    for cells in (row, column):
        before, after = np.bincount(cells, weights=values), np.bincount(cells, weights=whole)
        assert (np.abs(after - before) < 1 + 1e-6).all()


def test_twice_the_equal_share_is_the_most_a_flight_gives() -> None:
    assert equal_share_cap(100, 40) == 5
    assert equal_share_cap(10, 400) == 1
    assert equal_share_cap(10, 1) == 20
