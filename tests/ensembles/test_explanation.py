"""Why a frame was decided as it was."""

from dataclasses import replace

import pytest

from ensembles.explanation import explain, margin
from ensembles.reasons import Reason
from ensembles.rules import at_least, weighted
from ensembles.votes import Vote


def votes(*scores: float | None) -> list[Vote]:
    return [
        Vote(name, score, 0.5, None if score is not None else Reason.VOTER_FAILED)
        for name, score in zip("abc", scores, strict=False)
    ]


def test_the_margin_is_negative_below_the_threshold() -> None:
    below, unknown = votes(0.2, None)

    assert margin(below) == pytest.approx(-0.3)
    assert margin(unknown) is None


def test_a_skip_names_the_nearest_vote_that_would_have_kept_the_frame() -> None:
    found = explain(votes(0.1, 0.4, 0.2), at_least(1, 3))

    assert found.decision == "skip"
    assert [turn.vote.voter for turn in found.turning] == ["b"]


def test_a_review_names_the_fewest_votes_that_would_have_skipped_it() -> None:
    found = explain(votes(0.9, 0.6, 0.1), at_least(1, 3))

    assert found.decision == "review"
    assert [turn.vote.voter for turn in found.turning] == ["a", "b"]


def test_a_heavy_vote_turns_alone() -> None:
    found = explain(votes(0.4, 0.4, 0.49), weighted([2, 1, 1], 2))

    assert [turn.vote.voter for turn in found.turning] == ["a"]


def test_an_abstention_leaves_the_rule_open_and_would_have_to_be_a_no() -> None:
    found = explain(votes(None, 0.1), at_least(1, 2))

    assert (found.decision, found.settled) == ("review", False)
    assert (found.weight_of_yes, found.weight_of_open) == (0, 1)
    assert [turn.vote.voter for turn in found.turning] == ["a"]


def test_what_a_floor_ended_would_have_had_to_pass_it_and_no_more() -> None:
    ended = Vote("a", 0.1, 0.5, floor=0.2)
    rule = replace(at_least(1, 2), gatekeepers=(0,))

    found = explain([ended, *votes(0.9)], rule)

    assert (found.decision, found.settled) == ("skip", True)
    assert [(turn.vote.voter, turn.limit) for turn in found.turning] == [("a", 0.2)]


def test_what_a_floor_ended_without_another_yes_would_have_had_to_be_one() -> None:
    ended = Vote("a", 0.1, 0.5, floor=0.2)
    rule = replace(at_least(1, 2), gatekeepers=(0,))

    found = explain([ended, Vote("b", 0.05, 0.6)], rule)

    assert [(turn.vote.voter, turn.limit) for turn in found.turning] == [("a", 0.5)]
