"""How votes settle, against a truth table that shares no code with the rules."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ensembles.errors import ConfigError
from ensembles.rules import Rule, Settled, at_least, rule_from, weighted
from ensembles.votes import Answer, Ballots


def settle(rule: Rule, *answers: Answer) -> Settled:
    return Settled(rule.settle(Ballots(np.array([answers], dtype=np.int8)))[0])


def truth(needed: int, answers: tuple[Answer, ...], gatekeepers: tuple[int, ...] = ()) -> Settled:
    """Try every way in which the open votes could still fall."""

    def choices(place: int, answer: Answer) -> tuple[Answer, ...]:
        if answer <= Answer.YES:
            return (answer,)
        surely = (Answer.SURELY_NO,) if place in gatekeepers else ()
        return (*surely, Answer.NO, Answer.YES)

    def kept(outcome: tuple[Answer, ...]) -> bool:
        ended = any(outcome[place] == Answer.SURELY_NO for place in gatekeepers)
        return outcome.count(Answer.YES) >= needed and not ended

    ways = product(*(choices(place, answer) for place, answer in enumerate(answers)))
    outcomes = {kept(way) for way in ways}
    if len(outcomes) == 2:
        return Settled.NOT_YET
    return Settled.YES if outcomes.pop() else Settled.NO


@pytest.mark.parametrize(
    ("needed", "count"), [(k, n) for n in range(1, 6) for k in range(1, n + 1)]
)
def test_every_pattern_of_votes_settles_as_the_truth_table_says(needed: int, count: int) -> None:
    rule = at_least(needed, count)
    patterns = list(product(Answer, repeat=count))

    settled = rule.settle(Ballots(np.array(patterns, dtype=np.int8)))

    assert [Settled(code) for code in settled] == [truth(needed, pattern) for pattern in patterns]


@pytest.mark.parametrize("gatekeepers", [(0,), (1,), (0, 2)])
@pytest.mark.parametrize("needed", [1, 2, 3])
def test_a_gatekeeper_that_is_sure_of_nothing_is_a_no_and_nothing_is_a_yes_without_it(
    needed: int, gatekeepers: tuple[int, ...]
) -> None:
    rule = replace(at_least(needed, 3), gatekeepers=gatekeepers)
    patterns = list(product(Answer, repeat=3))

    settled = rule.settle(Ballots(np.array(patterns, dtype=np.int8)))

    assert settled.tolist() == [truth(needed, pattern, gatekeepers) for pattern in patterns]


def test_sure_of_nothing_is_a_plain_no_from_a_voter_without_a_floor() -> None:
    assert settle(at_least(1, 2), Answer.SURELY_NO, Answer.YES) == Settled.YES


@given(st.data(), st.integers(1, 6))
def test_what_and_keeps_k_of_n_keeps_and_or_keeps(data: st.DataObject, count: int) -> None:
    patterns = st.lists(st.sampled_from([Answer.NO, Answer.YES]), min_size=count, max_size=count)
    ballots = Ballots(np.array([data.draw(patterns)], dtype=np.int8))

    kept = [bool(at_least(k, count).settle(ballots)[0]) for k in range(1, count + 1)]

    assert kept == sorted(kept, reverse=True)


@given(st.lists(st.sampled_from(list(Answer)), min_size=1, max_size=6), st.data())
def test_a_vote_that_becomes_unavailable_never_turns_review_into_skip(
    answers: list[Answer], data: st.DataObject
) -> None:
    rule = at_least(data.draw(st.integers(1, len(answers))), len(answers))
    doors = data.draw(st.sets(st.integers(0, len(answers) - 1)))
    rule = replace(rule, gatekeepers=tuple(sorted(doors)))
    lost = data.draw(st.integers(0, len(answers) - 1))
    fewer = [*answers[:lost], Answer.ABSTAINED, *answers[lost + 1 :]]

    if settle(rule, *answers) != Settled.NO:
        assert settle(rule, *fewer) != Settled.NO


def test_weights_of_seven_and_one_tenth_reach_eight_tenths() -> None:
    rule = weighted([0.7, 0.1, 0.2], 0.8)

    assert settle(rule, Answer.YES, Answer.YES, Answer.NO) == Settled.YES
    assert settle(rule, Answer.YES, Answer.NO, Answer.NO) == Settled.NO
    assert settle(rule, Answer.YES, Answer.UNASKED, Answer.NO) == Settled.NOT_YET


@given(st.lists(st.integers(1, 99), min_size=1, max_size=5), st.data())
def test_decimal_weights_settle_like_whole_ones(weights: list[int], data: st.DataObject) -> None:
    needed = data.draw(st.integers(1, sum(weights)))
    whole = Rule("whole", tuple(weights), needed)
    decimal = weighted([weight / 100 for weight in weights], needed / 100)
    answers = data.draw(
        st.lists(st.sampled_from(list(Answer)), min_size=len(weights), max_size=len(weights))
    )

    assert settle(decimal, *answers) == settle(whole, *answers)


@pytest.mark.parametrize(
    ("vote", "needed"), [("or", 1), ("OR", 1), ("and", 3), ("2-of-3", 2), ("3-of-3", 3)]
)
def test_a_rule_is_named_as_people_write_it(vote: str, needed: int) -> None:
    assert rule_from(vote, ["a", "b", "c"]).needed == needed


def test_a_weighted_vote_is_read_in_the_order_of_the_voters() -> None:
    rule = rule_from({"weights": {"b": 1, "a": 2}, "needed": 2}, ["a", "b"])

    assert rule.weights == (2, 1)


@pytest.mark.parametrize(
    ("vote", "message"),
    [
        ("nor", "'nor' is no rule"),
        ("2-of-4", "speaks of 4 voters, but there are 3"),
        ("4-of-3", "4 of 3 is impossible"),
        ("0-of-3", "0 of 3 is impossible"),
        ({"weights": {"a": 1, "b": 1}, "needed": 1}, "voter 'c' has no weight"),
        ({"weights": {"a": 1, "b": 1, "c": 1, "d": 1}, "needed": 1}, "no voter is called 'd'"),
        ({"weights": {"a": 1, "b": 1, "c": 1}, "needed": 4}, "at most 3, their sum"),
        ({"weights": {"a": 1, "b": 1, "c": -1}, "needed": 1}, "must be positive, not -1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_reason(
    vote: str | dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        rule_from(vote, ["a", "b", "c"])
