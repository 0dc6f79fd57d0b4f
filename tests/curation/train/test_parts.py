from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.train.examples import Example, Examples
from curation.train.parts import folds, parted, rounds
from ensembles.errors import ConfigError


def flights(sizes: list[tuple[int, int]]) -> Examples:
    """Flights of so many frames with the target and without."""
    return Examples(
        Example(Path(f"{flight}-{frame}"), frame < positives, f"f{flight}")
        for flight, (positives, negatives) in enumerate(sizes)
        for frame in range(positives + negatives)
    )


SIZES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), min_size=6, max_size=30)


@given(SIZES, st.integers(2, 5), st.integers(0, 5))
def test_folds_hold_every_frame_once_and_divide_no_flight(
    sizes: list[tuple[int, int]], count: int, seed: int
) -> None:
    examples = flights(sizes)
    everything = np.arange(len(examples))
    if sum(positives > 0 for positives, _ in sizes) < count:
        with pytest.raises(ConfigError, match="Label more flights"):
            folds(examples, everything, count=count, seed=seed)
        return

    dealt = folds(examples, everything, count=count, seed=seed)

    assert sorted(np.concatenate(dealt)) == everything.tolist()
    groups = [set(examples.groups[fold]) for fold in dealt]
    assert sum(map(len, groups)) == len(set(examples.groups))
    assert all(examples.positive[fold].any() for fold in dealt)
    assert all((~examples.positive[fold]).any() for fold in dealt)


def test_folds_are_alike() -> None:
    examples = flights([(2, 6)] * 20 + [(0, 8)] * 20)

    dealt = folds(examples, np.arange(len(examples)), count=5, seed=1)

    assert {int(examples.positive[fold].sum()) for fold in dealt} == {8}
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 8


def test_without_a_validation_part_a_share_of_the_flights_says_when_to_stop() -> None:
    examples = flights([(2, 2)] * 10)

    parts = parted(examples, share=0.2, seed=0)

    assert (len(parts.training), len(parts.validation), len(parts.test)) == (32, 8, 0)


def test_named_parts_are_kept_and_calibration_is_left_alone() -> None:
    named = ("train", "validation", "calibration", "test")
    examples = Examples(
        Example(Path(f"{part}{frame}"), frame == 0, part, part)
        for part in named
        for frame in range(2)
    )

    parts = parted(examples, share=0.2, seed=0)

    assert parts.training.tolist() == [0, 1]
    assert parts.validation.tolist() == [2, 3]
    assert parts.test.tolist() == [6, 7]


def test_each_frame_is_held_out_once_and_never_learned_from_in_that_round() -> None:
    examples = flights([(1, 3)] * 9)

    divided = list(rounds(examples, np.arange(len(examples)), count=3, seed=0))

    assert sorted(np.concatenate([held for *_, held in divided])) == list(range(36))
    for learning, stopping, held in divided:
        assert not set(learning) & set(held)
        assert not set(learning) & set(stopping)
        assert not set(stopping) & set(held)
