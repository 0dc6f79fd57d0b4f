import numpy as np
import pytest

from curation.duplicates.alike import Looks
from curation.kmeans import clusters_of
from curation.select.catalog import METHODS
from curation.select.pool import Pool, margins_of
from curation.select.select import Wish, select
from curation.select.twins import twins_of, without_hashes
from ensembles.errors import ConfigError

RNG = np.random.default_rng(4)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def kinds_of_frames(sizes: list[int], spread: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Frames around well separated middles, and which middle each is near."""
    middles = np.eye(16)[: len(sizes)]
    kinds = np.repeat(np.arange(len(sizes)), sizes)
    rows = middles[kinds] + spread * np.random.default_rng(1).normal(size=(len(kinds), 16))
    return unit(rows), kinds


def test_k_means_finds_what_is_there() -> None:
    rows, kinds = kinds_of_frames([400, 300, 40, 10])

    clusters = clusters_of(rows, 4, np.random.default_rng(0))

    assert len({*zip(clusters.tolist(), kinds.tolist(), strict=True)}) == 4


def test_there_are_no_more_clusters_than_different_frames() -> None:
    rows = unit(np.repeat(np.eye(4)[:3], 5, axis=0))

    assert set(clusters_of(rows, 10, np.random.default_rng(0))) == {0, 1, 2}


def test_near_duplicates_are_one_set_and_a_slow_pan_is_several() -> None:
    angles = np.concatenate([np.zeros(5), np.linspace(0.5, 2.5, 21)])
    rows = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))

    twins = twins_of(without_hashes(rows), np.zeros(len(rows), dtype=np.int64), cosine=0.97)

    assert len(set(twins[:5])) == 1
    assert 6 <= len(set(twins[5:])) <= 11


def test_a_margin_is_0_on_the_threshold_and_1_at_the_ends() -> None:
    scores = np.array([[0.0, 0.2], [0.1, 0.6], [1.0, np.nan]], dtype=np.float32)

    margins = margins_of(scores, np.array([0.1, 0.2]))

    np.testing.assert_allclose(margins, np.array([[-1, 0], [0, 0.5], [1, np.nan]]), atol=1e-6)


def test_voters_that_abstained_do_not_count() -> None:
    two = np.arange(2)
    pool = Pool(two, two, two, np.array([[0.5, np.nan], [np.nan, np.nan]]))

    assert pool.closeness.tolist() == [0.5, 0]
    assert pool.leaning.tolist() == [0.5, 0]
    assert pool.disagreement.tolist() == [0, 0]


def test_a_diverse_selection_has_rare_kinds_that_a_random_one_misses() -> None:
    rows, kinds = kinds_of_frames([2000, 500, 12, 8])
    groups = np.arange(len(rows))

    counts = {
        method: np.bincount(
            kinds[select(rows, groups, Wish(20, method, alike=1.0)).picks.rows], minlength=4
        )
        for method in ("diverse", "random")
    }

    assert counts["diverse"].min() >= 1
    assert counts["random"].min() == 0


@pytest.mark.parametrize(
    ("method", "margins", "wanted"),
    [
        ("uncertain", [[-1.0, -1.0], [0.0, 0.1], [0.9, 0.9]], 1),
        ("disagreement", [[-1.0, -1.0], [-0.9, 0.9], [0.0, 0.1]], 1),
    ],
)
def test_what_a_method_is_named_after_is_picked_most(
    method: str, margins: list[list[float]], wanted: int
) -> None:
    kind = np.repeat([0, 1, 2], 200)
    pool = Pool(np.zeros(600, int), np.arange(600), np.arange(600), np.array(margins)[kind])

    weights = METHODS[method].weights
    assert weights is not None
    sums = np.bincount(kind, weights=weights(pool))

    assert sums.argmax() == wanted
    assert sums[wanted] > 0.8 * sums.sum()
    assert (weights(pool) > 0).all()


def test_a_balanced_selection_leans_to_what_the_voters_say_without_leaving_rare_kinds_out() -> None:
    _, kinds = kinds_of_frames([900, 80, 20])
    margins = np.full((1000, 2), -0.95)
    margins[:5] = 0.8
    pool = Pool(kinds, np.arange(1000), np.arange(1000), margins)

    weights = METHODS["balanced"].weights
    assert weights is not None
    chances = weights(pool) / weights(pool).sum()

    assert chances[:5].sum() > 0.1
    assert np.bincount(kinds, weights=chances).min() > 0.2


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_seeded(method: str) -> None:
    rows, _ = kinds_of_frames([60, 30, 10], spread=0.3)
    margins = np.random.default_rng(2).uniform(-1, 1, (100, 3))
    groups = np.arange(100) // 5

    def picked(seed: int) -> list[int]:
        wish = Wish(12, method, seed=seed)
        return [int(row) for row in select(rows, groups, wish, margins=margins).picks.rows]

    assert picked(1) == picked(1)
    assert picked(1) != picked(2)


@pytest.mark.parametrize("method", [name for name, each in METHODS.items() if each.needs_scores])
def test_a_method_that_needs_scores_says_so(method: str) -> None:
    rows, _ = kinds_of_frames([10, 10])

    with pytest.raises(ConfigError, match="needs scores"):
        select(rows, np.arange(20), Wish(5, method))


@pytest.mark.parametrize(
    "wrong", [{"method": "best"}, {"picks": 0}, {"cap": 0}, {"alike": 0.0}, {"alike": 1.5}]
)
def test_a_wish_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Wish(**{"picks": 5, **wrong})  # type: ignore[arg-type]  # wrong on purpose


def test_neither_labelled_frames_nor_their_near_duplicates_are_picked_again() -> None:
    rows = unit(np.repeat(np.eye(12), 3, axis=0))
    labelled = np.zeros(36, dtype=bool)
    labelled[[0, 4]] = True

    found = select(rows, np.arange(36), Wish(36, "diverse"), labelled=labelled)

    assert sorted(found.picks.rows // 3) == list(range(2, 12))
    assert np.flatnonzero(~found.open).tolist() == [0, 1, 2, 3, 4, 5]


def test_nothing_is_picked_when_all_are_labelled() -> None:
    rows, _ = kinds_of_frames([5, 5])

    found = select(rows, np.arange(10), Wish(3, "diverse"), labelled=np.ones(10, dtype=bool))

    assert len(found.picks) == 0


def test_frames_of_one_hash_are_near_duplicates_and_of_far_hashes_are_not() -> None:
    rows = np.repeat(unit(np.eye(4)[:1]), 12, axis=0)
    far = np.random.default_rng(0).integers(0, 2**63, 6).astype(np.uint64)
    looks = Looks(rows, np.repeat(far, 2), np.ones(12, dtype=bool))

    found = select(rows, np.arange(12), Wish(12, "diverse", alike=0.9), looks=looks)

    assert sorted(found.picks.rows // 2) == list(range(6))
