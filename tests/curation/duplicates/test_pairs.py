from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.duplicates import cells, hash_pairs
from curation.duplicates.cells import Pairs, close_pairs
from curation.duplicates.hash_pairs import MOST_BITS, alike_hashes
from curation.duplicates.sets import Sets
from ensembles.voter import Floats


def as_set(pairs: Iterable[Pairs]) -> set[tuple[int, int]]:
    return {
        (min(one, other), max(one, other))
        for left, right in pairs
        for one, other in zip(left.tolist(), right.tolist(), strict=True)
        if one != other
    }


def unit(rows: npt.NDArray[np.floating]) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def bursts(count: int, kinds: int, dimension: int = 32, spread: float = 0.03) -> Floats:
    draw = np.random.default_rng(8)
    centres = draw.normal(size=(kinds, dimension))
    return unit(
        centres[draw.integers(kinds, size=count)] + spread * draw.normal(size=(count, dimension))
    )


@pytest.mark.parametrize("bits", [0, 1, 3, 4, 7])
def test_no_pair_of_close_hashes_is_missed_and_no_other_found(bits: int) -> None:
    draw = np.random.default_rng(bits)
    base = draw.integers(0, 2**63, size=60, dtype=np.uint64)
    flipped = [
        value ^ np.uint64(sum(1 << int(bit) for bit in draw.choice(64, flips, replace=False)))
        for value in base
        for flips in range(10)
    ]
    hashes = np.array(flipped, dtype=np.uint64)

    found = as_set(alike_hashes(hashes, np.arange(len(hashes)), bits))

    apart = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    left, right = np.nonzero(np.triu(apart <= bits, 1))
    expected = set(zip(left.tolist(), right.tolist(), strict=True))
    different = {pair for pair in expected if hashes[pair[0]] != hashes[pair[1]]}
    joined, all_joined = Sets(len(hashes)), Sets(len(hashes))
    for some, sets in ((found, joined), (expected, all_joined)):
        for one, other in some:
            sets.join(np.array([one]), np.array([other]))
    assert found <= expected
    assert joined.first.tolist() == all_joined.first.tolist()
    assert bool(different) == (bits > 0)


def test_a_thousand_equal_hashes_make_no_million_pairs() -> None:
    hashes = np.full(1_000, 77, dtype=np.uint64)

    pairs = sum(len(left) for left, _ in alike_hashes(hashes, np.arange(1_000), MOST_BITS))

    assert pairs == 1_000


def test_pairs_of_hashes_come_a_bounded_number_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = np.arange(300, dtype=np.uint64) << np.uint64(32)
    whole = as_set(alike_hashes(hashes, np.arange(300), 3))
    monkeypatch.setattr(hash_pairs, "PAIRS_AT_ONCE", 50)

    sizes = [len(left) for left, _ in alike_hashes(hashes, np.arange(300), 3)]

    assert as_set(alike_hashes(hashes, np.arange(300), 3)) == whole
    assert max(sizes[1:]) <= 300


@pytest.mark.parametrize("cosine", [0.9, 0.97, 1.0 - 1e-6])
def test_in_one_cell_no_close_pair_is_missed(cosine: float) -> None:
    vectors = bursts(900, 60)

    found = as_set(close_pairs(vectors, np.arange(900), cosine, np.random.default_rng(0)))

    left, right = np.nonzero(np.triu(vectors @ vectors.T >= cosine, 1))
    assert found == set(zip(left.tolist(), right.tolist(), strict=True))


def test_over_many_cells_close_pairs_are_found_across_their_borders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cells, "ROWS_PER_CELL", 50)
    vectors = bursts(2_000, 400)

    found = as_set(close_pairs(vectors, np.arange(2_000), 0.97, np.random.default_rng(0)))

    left, right = np.nonzero(np.triu(vectors @ vectors.T >= 0.97, 1))
    expected = set(zip(left.tolist(), right.tolist(), strict=True))
    assert found <= expected
    assert len(found) > 0.99 * len(expected)


def test_only_the_chosen_rows_are_compared() -> None:
    vectors = unit(np.ones((6, 4), dtype=np.float32))

    found = as_set(close_pairs(vectors, np.array([1, 4]), 0.97, np.random.default_rng(0)))

    assert found == {(1, 4)}


@pytest.mark.parametrize("rows", [[], [3]])
def test_fewer_than_two_rows_have_no_pairs(rows: list[int]) -> None:
    vectors = unit(np.ones((6, 4), dtype=np.float32))
    chosen = np.array(rows, dtype=np.int64)

    assert not as_set(close_pairs(vectors, chosen, 0.97, np.random.default_rng(0)))


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_sets_are_what_joining_one_by_one_gives(pairs: list[tuple[int, int]]) -> None:
    expected = list(range(20))
    for one, other in pairs:
        low, high = sorted((expected[one], expected[other]))
        expected = [low if name == high else name for name in expected]
    sets = Sets(20)
    if pairs:
        left, right = np.array(pairs).T
        sets.join(left, right)

    assert sets.first.tolist() == expected
