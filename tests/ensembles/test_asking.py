"""A gate that finds its own order asks for less and less, and decides the same."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from ensembles.asking import EVERY, Asking, AsListed, CheapestFirst
from ensembles.gate import Gate
from ensembles.rules import Rule, at_least, weighted
from ensembles.seat import Seat
from ensembles.views import View
from ensembles.voter import Floats
from ensembles.votes import Box
from tests.ensembles.columns import Column, Subject

FRAMES = 10_000
AT_ONCE = 50
COSTS = (20.0, 5.0, 1.0)
FLOOR = 0.35


class Priced(CheapestFirst):
    """Learns from prices and not from the clock."""

    def timed(self, column: int, *, views: int, seconds: float) -> None:
        super().timed(column, views=views, seconds=COSTS[column] * views)


def scores_of(frames: int = FRAMES) -> Floats:
    """Return scores of three voters that see the same thing; some abstain."""
    random = np.random.default_rng(7)
    seen = random.normal(size=(frames, 1)) + random.normal(size=(frames, 3))
    scores = (1 / (1 + np.exp(-seen))).astype(np.float32)
    scores[random.random(scores.shape) < 0.02] = np.nan
    return scores


def gate_of(scores: Floats, rule: Rule, asking: Asking, *, full: float = 0.02) -> Gate[Subject]:
    seats = [
        Seat(name, Column(column), 0.7, floor=FLOOR if place in rule.gatekeepers else None)
        for place, (name, column) in enumerate(zip("abc", scores.T, strict=True))
    ]
    return Gate(seats, rule, asking=asking, full_ballots=full)


def spent(gate: Gate[Subject]) -> float:
    voters = [seat.voter for seat in gate.seats if isinstance(seat.voter, Column)]
    return sum(cost * voter.asked for cost, voter in zip(COSTS, voters, strict=True))


def judged(gate: Gate[Subject], frames: int = FRAMES) -> list[tuple[str, bool]]:
    subjects = [Subject(f"frame-{row}", row) for row in range(frames)]
    verdicts = [
        verdict
        for start in range(0, frames, AT_ONCE)
        for verdict in gate.judge(subjects[start : start + AT_ONCE])
    ]
    return [(verdict.decision, verdict.settled) for verdict in verdicts]


RULES = [
    at_least(1, 3, name="or"),
    at_least(2, 3),
    at_least(3, 3, name="and"),
    weighted([0.7, 0.2, 0.1], 0.8),
    replace(at_least(1, 3, name="or with an early no"), gatekeepers=(2,)),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_ten_thousand_decisions_are_those_of_the_listed_order(rule: Rule) -> None:
    scores = scores_of()
    listed = gate_of(scores, rule, AsListed(3))
    cheapest = gate_of(scores, rule, Priced(rule, seats=3))

    changed = sum(a != b for a, b in zip(judged(listed), judged(cheapest), strict=True))

    assert changed == 0
    assert cheapest.asked_first != ("a", "b", "c")
    assert spent(cheapest) < 0.9 * spent(listed)


def test_before_there_is_evidence_it_asks_as_listed() -> None:
    rule = at_least(1, 3)
    asking = Priced(rule, seats=3)

    judged(gate_of(scores_of(EVERY), rule, asking, full=1), EVERY - 1)

    assert asking.columns == (0, 1, 2)


def test_with_enough_evidence_it_does_not() -> None:
    rule = at_least(1, 3)
    asking = Priced(rule, seats=3)

    judged(gate_of(scores_of(2 * EVERY), rule, asking, full=1), EVERY + AT_ONCE)

    assert asking.columns == (2, 1, 0)


def test_frames_that_somebody_asked_to_explain_are_no_sample() -> None:
    rule = at_least(1, 3)
    asking = Priced(rule, seats=3)
    gate = gate_of(scores_of(4 * EVERY), rule, asking, full=0)

    gate.judge([Subject(f"frame-{row}", row) for row in range(4 * EVERY)], ask_all=True)

    assert asking.columns == (0, 1, 2)


def taught(
    asking: CheapestFirst, answers: list[int], seconds: Sequence[float], ballots: int
) -> None:
    for column, each in enumerate(seconds):
        asking.timed(column, views=1, seconds=each)
    for _ in range(ballots):
        asking.learn(np.array([answers], dtype=np.int8), np.zeros(1, dtype=np.intp))


def test_what_is_long_ago_is_forgotten() -> None:
    asking = CheapestFirst(at_least(1, 2), seats=2)

    taught(asking, [0, 1], (1, 1), 500)
    before = asking.columns
    taught(asking, [1, 0], (1, 1), 300)

    assert (before, asking.columns) == ((1, 0), (0, 1))


def test_a_voter_that_became_slow_is_asked_later() -> None:
    asking = CheapestFirst(at_least(1, 2), seats=2)

    taught(asking, [0, 0], (1, 1), EVERY)
    before = asking.columns
    for _ in range(EVERY):
        taught(asking, [1, 1], (9, 1), 1)

    assert (before, asking.columns) == ((0, 1), (1, 0))


def test_what_saves_next_to_nothing_changes_no_order() -> None:
    asking = CheapestFirst(at_least(1, 2), seats=2)

    taught(asking, [1, 1], (1, 0.99), EVERY)

    assert asking.columns == (0, 1)


def test_a_voter_of_whole_frames_is_paid_once_a_frame() -> None:
    asking = CheapestFirst(at_least(2, 2), seats=2, whole=[1])
    tiles = np.array([[0, 0]] * 9 + [[1, 0]], dtype=np.int8)

    for column, seconds in enumerate((1, 5)):
        asking.timed(column, views=1, seconds=seconds)
    for _ in range(EVERY):
        asking.learn(tiles, np.zeros(10, dtype=np.intp))

    # 5 and then nothing, against 10 tiles and then 5 again: a tile is nearly always left open.
    assert asking.columns == (1, 0)


def test_several_threads_may_teach_it() -> None:
    rule = at_least(1, 3)
    asking = Priced(rule, seats=3)
    gate = gate_of(scores_of(1000), rule, asking, full=1)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: judged(gate, 500), range(4)))

    assert all(result == results[0] for result in results)
    assert asking.columns == (2, 1, 0)


def test_tiles_are_learned_from_and_decide_the_same() -> None:
    rule = at_least(2, 3)
    scores = scores_of(4000)

    def tiles(frame: Subject) -> list[View[Subject]]:
        rows = range(frame.row * 4, frame.row * 4 + 4)
        return [View(Box(i, 0, i + 1, 1), Subject("", row)) for i, row in enumerate(rows)]

    def tiled(asking: Asking) -> Gate[Subject]:
        seats = [
            Seat(name, Column(column), 0.7, whole=name == "b")
            for name, column in zip("abc", scores.T, strict=True)
        ]
        return Gate(seats, rule, cut=tiles, views_at_once=3, full_ballots=0.2, asking=asking)

    asking = Priced(rule, seats=3, whole=[1])

    assert judged(tiled(AsListed(3)), 1000) == judged(tiled(asking), 1000)
    assert asking.columns[0] != 0
