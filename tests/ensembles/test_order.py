"""The cheapest order is the cheapest, and decides nothing."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ensembles.gate import Gate
from ensembles.order import Openness, cheapest_order, order_of
from ensembles.rules import Rule, at_least, weighted
from ensembles.seat import Seat
from ensembles.voter import Floats
from ensembles.votes import Answers, Decision, answers_of
from tests.ensembles.columns import Column, Subject

FRAMES = 10_000
NAMES = ("cheap", "middling", "dear")
COSTS = (1.0, 5.0, 20.0)


def correlated_scores(count: int = FRAMES) -> Floats:
    """Return scores of three voters that see the same thing; some abstain."""
    random = np.random.default_rng(7)
    seen = random.normal(size=(count, 1)) + random.normal(size=(count, 3))
    scores = (1 / (1 + np.exp(-seen))).astype(np.float32)
    scores[random.random(scores.shape) < 0.02] = np.nan
    return scores


def reordered(rule: Rule, columns: Sequence[int]) -> Rule:
    return Rule(rule.name, tuple(rule.weights[column] for column in columns), rule.needed)


RULES = [at_least(1, 3), at_least(2, 3), at_least(3, 3), weighted([0.7, 0.2, 0.1], 0.8)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_cheapest_order_changes_none_of_ten_thousand_decisions(rule: Rule) -> None:
    scores = correlated_scores()
    frames = [Subject(f"frame-{row}", row) for row in range(FRAMES)]
    best = cheapest_order(Openness(answers_of(scores, 0.7), rule), COSTS)

    def judged(columns: Sequence[int]) -> tuple[list[Decision], float]:
        voters = [Column(scores[:, column]) for column in columns]
        seats = [Seat(NAMES[c], voter, 0.7) for c, voter in zip(columns, voters, strict=True)]
        gate = Gate(seats, reordered(rule, columns), full_ballots=0)
        decisions = [verdict.decision for verdict in gate.judge(frames)]
        spent = sum(v.asked * COSTS[c] for c, v in zip(columns, voters, strict=True))
        return decisions, spent / FRAMES

    listed, _ = judged((2, 1, 0))
    cheapest, spent = judged(best.columns)

    assert sum(a != b for a, b in zip(listed, cheapest, strict=True)) == 0
    assert spent == pytest.approx(best.cost)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Answers, list[float], Rule]:
    voters = draw(st.integers(1, 4))
    rows = st.lists(st.integers(0, 2), min_size=voters, max_size=voters)
    answers = np.array(draw(st.lists(rows, min_size=1, max_size=12)), dtype=np.int8)
    costs = draw(st.lists(st.floats(0.1, 100), min_size=voters, max_size=voters))
    weights = draw(st.lists(st.integers(1, 3), min_size=voters, max_size=voters))
    return answers, costs, weighted(weights, draw(st.integers(1, sum(weights))))


@settings(deadline=None)
@given(tables())
def test_no_permutation_is_cheaper(table: tuple[Answers, list[float], Rule]) -> None:
    answers, costs, rule = table
    openness = Openness(answers, rule)

    best = cheapest_order(openness, costs)

    others = [order_of(each, costs, openness).cost for each in permutations(range(len(costs)))]
    assert best.cost == pytest.approx(min(others))


@pytest.mark.parametrize(("rule", "first"), [(at_least(1, 2), 1), (at_least(2, 2), 0)])
def test_for_independent_voters_it_is_the_ratio_rule(rule: Rule, first: int) -> None:
    random = np.random.default_rng(0)
    answers = (random.random((FRAMES, 2)) < [0.1, 0.5]).astype(np.int8)

    order = cheapest_order(Openness(answers, rule), [1.0, 1.2])

    assert order.columns[0] == first
    assert order.asked[0] == 1


def test_equal_costs_and_votes_keep_the_order_of_the_file() -> None:
    answers = np.zeros((5, 3), dtype=np.int8)

    assert cheapest_order(Openness(answers, at_least(1, 3)), [1, 1, 1]).columns == (0, 1, 2)


@pytest.mark.parametrize(
    ("costs", "problem"), [([1.0], "do not fit"), ([1.0, 0.0], "must be above 0")]
)
def test_costs_that_cannot_be_are_refused(costs: list[float], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        cheapest_order(Openness(np.zeros((1, 2), dtype=np.int8), at_least(1, 2)), costs)
