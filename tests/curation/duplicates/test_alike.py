import numpy as np
import pytest

from curation.duplicates.alike import Likeness, Looks, linked_sets, stood_for
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from ensembles.voter import Floats

RNG = np.random.default_rng(0)


def angles(*degrees: float) -> Floats:
    """Embeddings in a plane: two are as far apart as their angles."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def looks(vectors: Floats, hashes: list[int] | None = None) -> Looks:
    count = len(vectors)
    given = hashes or [0] * count
    return Looks(vectors, np.array(given, dtype=np.uint64), np.full(count, hashes is not None))


TEN_DEGREES = Likeness(2, float(np.cos(np.radians(10.5))), None)


def test_a_slow_pan_is_one_set_of_which_several_frames_stay() -> None:
    pan = looks(angles(0, 10, 20, 30, 40, 90))

    sets = linked_sets(pan, TEN_DEGREES, RNG)
    stands = stood_for(pan, TEN_DEGREES, sets, np.arange(6))

    assert sets.tolist() == [0, 0, 0, 0, 0, 5]
    assert stands.tolist() == [0, 0, 2, 2, 4, 5]


def test_what_goes_is_alike_to_what_stands_for_it() -> None:
    vectors = angles(*np.random.default_rng(3).uniform(0, 90, 60))
    some = looks(vectors)
    order = np.random.default_rng(4).permutation(60)

    stands = stood_for(some, TEN_DEGREES, linked_sets(some, TEN_DEGREES, RNG), order)

    cosine = TEN_DEGREES.cosine
    assert cosine is not None
    assert ((vectors * vectors[stands]).sum(axis=1) >= cosine - 1e-6).all()
    assert (stands[stands] == stands).all()
    kept = np.unique(stands)
    assert (np.triu(vectors[kept] @ vectors[kept].T, 1) < cosine).all()


def test_the_first_in_order_stands_for_the_others() -> None:
    same = looks(angles(0, 1, 2))

    stands = stood_for(same, TEN_DEGREES, linked_sets(same, TEN_DEGREES, RNG), np.array([2, 0, 1]))

    assert stands.tolist() == [2, 2, 2]


def test_hashes_are_enough_where_embeddings_are_missing() -> None:
    nothing = np.full((3, 2), np.nan, dtype=np.float32)
    some = looks(nothing, [0b0, 0b11, 0b111100])

    assert linked_sets(some, TEN_DEGREES, RNG).tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    ("likeness", "sets"),
    [
        (Likeness(None, 0.99, None), [0, 0, 2]),
        (Likeness(None, 0.99, 5), [0, 0, 2]),
        (Likeness(None, 0.99, 4), [0, 1, 2]),
        (Likeness(2, None), [0, 1, 1]),
        (Likeness(2, 0.99, None), [0, 0, 0]),
        (Likeness(None, None), [0, 1, 2]),
    ],
)
def test_a_hash_alone_is_enough_and_an_embedding_if_the_hash_agrees(
    likeness: Likeness, sets: list[int]
) -> None:
    some = looks(angles(0, 1, 90), [0, 0b11111, 0b11110])

    assert linked_sets(some, likeness, RNG).tolist() == sets


def test_frames_that_are_left_out_link_nobody() -> None:
    pan = looks(angles(0, 10, 20))
    among = np.array([True, False, True])

    assert linked_sets(pan, TEN_DEGREES, RNG, among=among).tolist() == [0, 1, 2]


def test_without_embeddings_at_all_hashes_still_count() -> None:
    some = looks(np.empty((2, 0), dtype=np.float32), [5, 5])
    likeness = Likeness()
    sets = linked_sets(some, likeness, RNG)

    assert sets.tolist() == [0, 0]
    assert stood_for(some, likeness, sets, np.arange(2)).tolist() == [0, 0]


def test_no_frames_are_no_sets() -> None:
    empty: Codes = linked_sets(looks(np.empty((0, 2), dtype=np.float32)), Likeness(), RNG)

    assert empty.tolist() == []


@pytest.mark.parametrize(
    ("cosine", "bits", "words"), [(1.1, 3, "cosine must lie"), (0.9, 8, "hash bits must lie")]
)
def test_numbers_out_of_range_are_refused(cosine: float, bits: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Likeness(bits, cosine)
