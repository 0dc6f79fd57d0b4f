import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.laps import Scores
from benchmarks.stand_ins import VOTERS, even_thresholds, floor_below, mixed, pattern, stream

YES, NO = (True, True, True), (False, False, False)


def scores(*each: float) -> Scores:
    return dict(zip(VOTERS, each, strict=True))


EVEN = scores(0.5, 0.5, 0.5)


def random_scores(count: int, seed: int = 0) -> list[Scores]:
    return [scores(*each) for each in np.random.default_rng(seed).random((count, len(VOTERS)))]


def test_a_pattern_is_who_says_yes() -> None:
    assert pattern(scores(0.5, 0.4, 0.9), EVEN) == (True, False, True)


def test_below_the_floor_it_does_not_matter_what_others_would_say() -> None:
    assert pattern(scores(0.1, 0.9, 0.9), EVEN, 0.2) == pattern(scores(0.1, 0.1, 0.1), EVEN, 0.2)
    assert pattern(scores(0.2, 0.9, 0.9), EVEN, 0.2) == (False, False, True, True)


def test_thresholds_leave_pictures_for_every_pattern() -> None:
    some = random_scores(64)

    patterns = {pattern(each, even_thresholds(some)) for each in some}

    assert len(patterns) == 2 ** len(VOTERS)


def test_no_score_lies_on_a_threshold() -> None:
    some = random_scores(32)

    thresholds = even_thresholds(some)

    assert all(each[voter] != thresholds[voter] for each in some for voter in VOTERS)


def test_half_of_the_noes_are_below_the_floor() -> None:
    some = random_scores(64)
    thresholds = even_thresholds(some)

    floor = floor_below(some, thresholds)

    noes = [each["specialist"] for each in some if each["specialist"] < thresholds["specialist"]]
    assert abs(sum(score < floor for score in noes) / len(noes) - 0.5) < 0.1
    assert floor < thresholds["specialist"]


@given(st.floats(0.01, 1), st.integers(100, 300), st.integers(0, 9))
def test_a_stream_holds_as_many_objects_as_the_prevalence_says(
    prevalence: float, count: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)

    rows = mixed([YES], [NO], count=count, prevalence=prevalence, chance=chance)

    assert len(rows) == count
    assert rows.count(YES) == round(prevalence * count)


def test_less_than_one_object_is_refused() -> None:
    with pytest.raises(ValueError, match="20 frames are too few for a prevalence"):
        mixed([YES], [NO], count=20, prevalence=0.01, chance=np.random.default_rng(0))


def test_a_picture_stands_in_that_is_answered_alike() -> None:
    found = [NO, YES, NO]

    chosen = stream([YES, NO, NO, YES], found, np.random.default_rng(0))

    assert [found[index] for index in chosen.pictures] == [YES, NO, NO, YES]
    assert chosen.exact == 1


def test_where_none_is_answered_alike_the_first_asked_decides() -> None:
    wanted, found = (True, False, False), [(True, True, True), (False, False, False)]

    chosen = stream([wanted, found[0]], found, np.random.default_rng(0))

    assert chosen.pictures == (0, 0)
    assert chosen.exact == 0.5
