"""The rules that calibration may choose among, by name."""

import pytest

from ensembles.candidates import candidates_named
from ensembles.errors import ConfigError

VOTERS = ("a", "b", "c")
VOTE = {"weights": {"a": 2.0, "b": 1.0, "c": 1.0}, "needed": 2.0}


def test_best_is_every_voter_and_every_rule() -> None:
    names = [each.name for each in candidates_named(["best"], VOTERS)]

    assert names == ["a", "b", "c", "or", "2-of-3", "and"]


def test_a_weighted_vote_is_as_the_ensemble_file_has_it() -> None:
    (weighted,) = candidates_named(["weighted"], VOTERS, vote=VOTE)

    assert weighted.rule.weights == (2, 1, 1)
    assert [each.name for each in candidates_named(["best"], VOTERS, vote=VOTE)][-1] == "weighted"


def test_several_names_are_several_candidates_once_each() -> None:
    names = [each.name for each in candidates_named(["b", "or", "b"], VOTERS)]

    assert names == ["b", "or"]


def test_every_name_that_means_nothing_is_told() -> None:
    with pytest.raises(ConfigError) as raised:
        candidates_named(["2-of-4", "weighted", "bets"], VOTERS)

    first, second, third = raised.value.problems
    assert "2-of-4" in first
    assert "name an ensemble file" in second
    assert "did you mean 'best'?" in third


def test_one_voter_needs_no_vote_but_may_have_one() -> None:
    (only,) = candidates_named(["or"], ("a",))

    assert not only.is_vote
