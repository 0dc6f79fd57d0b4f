"""A frame of several views is `review` if one of them is, however few were looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ensembles.gate import Gate
from ensembles.order import Rows
from ensembles.reasons import Reason
from ensembles.rules import Rule, Settled, at_least, weighted
from ensembles.seat import Seat
from ensembles.views import View
from ensembles.voter import Reading
from ensembles.votes import Answers, Ballots, Box, Decision, answers_of

Score = float | None
FLOOR = 0.2


@dataclass(frozen=True)
class Scene:
    """A frame, or a tile of one, with the score each voter gives it; None abstains."""

    scores: dict[str, Score]
    tiles: tuple[dict[str, Score], ...] = ()
    id: str = "scene"
    doubts: tuple[Reason, ...] = ()


@dataclass
class Scripted:
    """Reads its scores off what it is shown and remembers how much that was."""

    name: str
    seen: list[int] = field(default_factory=list)

    def read(self, views: Sequence[Scene]) -> Reading:
        self.seen.append(len(views))
        scores = [view.scores[self.name] for view in views]
        return Reading(np.array([np.nan if s is None else s for s in scores], dtype=np.float32))


def tiles_of(a: float, *, count: int) -> list[dict[str, Score]]:
    """Return `count` tiles that voter a gives the same score."""
    return [{"a": a, "b": a} for _ in range(count)]


def box_of(index: int) -> Box:
    return Box(index, 0, index + 1, 1)


def cut(scene: Scene) -> list[View[Scene]]:
    return [View(box_of(index), Scene(scores)) for index, scores in enumerate(scene.tiles)]


def gate_of(
    rule: Rule, names: str, *, whole: str = "", at_once: int | None = 2, full: float = 0
) -> Gate[Scene]:
    seats = [
        Seat(
            name,
            Scripted(name),
            0.5,
            whole=name in whole,
            floor=FLOOR if place in rule.gatekeepers else None,
        )
        for place, name in enumerate(names)
    ]
    return Gate(seats, rule, full_ballots=full, cut=cut, views_at_once=at_once)


def shown_to(gate: Gate[Scene], name: str) -> int:
    (voter,) = (seat.voter for seat in gate.seats if seat.name == name)
    assert isinstance(voter, Scripted)
    return sum(voter.seen)


def scene_of(*tiles: dict[str, Score], **whole: Score) -> Scene:
    return Scene(whole, tiles)


def test_one_view_is_enough_for_review_and_its_box_is_named() -> None:
    gate = gate_of(at_least(1, 1), "a")

    verdict = gate.judge([scene_of({"a": 0.1}, {"a": 0.9}, {"a": 0.2})])[0]

    assert (verdict.decision, verdict.view) == ("review", box_of(1))
    assert [vote.score for vote in verdict.votes] == [np.float32(0.9)]


def test_a_frame_stops_at_its_first_review_view() -> None:
    gate = gate_of(at_least(1, 2), "ab")

    gate.judge([scene_of(*tiles_of(0.9, count=1), *tiles_of(0.1, count=9))])

    assert (shown_to(gate, "a"), shown_to(gate, "b")) == (2, 0)


def test_a_view_left_open_ends_the_frame_as_well() -> None:
    gate = gate_of(at_least(1, 1), "a", at_once=1)

    verdict = gate.judge([scene_of({"a": None}, {"a": 0.9})])[0]

    assert (verdict.decision, verdict.settled, verdict.view) == ("review", False, box_of(0))
    assert shown_to(gate, "a") == 1


def test_votes_of_different_views_are_never_added_up() -> None:
    gate = gate_of(at_least(2, 2), "ab")

    verdict = gate.judge([scene_of({"a": 0.9, "b": 0.1}, {"a": 0.1, "b": 0.9})])[0]

    assert verdict.decision == "skip"


def test_a_skip_names_the_view_that_came_nearest() -> None:
    verdict = gate_of(at_least(1, 1), "a").judge([scene_of({"a": 0.1}, {"a": 0.4}, {"a": 0.2})])[0]

    assert (verdict.decision, verdict.view) == ("skip", box_of(1))


def test_the_first_views_of_all_frames_come_before_any_second_one() -> None:
    gate = gate_of(at_least(1, 1), "a", at_once=3)
    scenes = [scene_of({"a": 0.9}, {"a": 0.1}, {"a": 0.1}) for _ in range(3)]

    gate.judge(scenes)

    assert shown_to(gate, "a") == 3


def test_no_more_views_are_read_at_once_than_the_gate_was_told() -> None:
    gate = gate_of(at_least(1, 1), "a", at_once=4)

    gate.judge([scene_of(*tiles_of(0.1, count=5)), scene_of(*tiles_of(0.1, count=6))])

    (voter,) = (seat.voter for seat in gate.seats)
    assert isinstance(voter, Scripted)
    assert voter.seen == [4, 4, 3]


def test_a_voter_of_whole_frames_is_asked_once_per_frame() -> None:
    gate = gate_of(at_least(2, 2), "aw", whole="w", at_once=2)

    verdict = gate.judge([scene_of(*tiles_of(0.9, count=5), w=0.2)])[0]

    assert verdict.decision == "skip"
    assert shown_to(gate, "w") == 1


def test_a_no_of_a_whole_frame_can_spare_all_tiles() -> None:
    gate = gate_of(at_least(2, 2), "wa", whole="w")

    verdict = gate.judge([scene_of(*tiles_of(0.9, count=5), w=0.2)])[0]

    assert (verdict.decision, verdict.view) == ("skip", None)
    assert shown_to(gate, "a") == 0


def test_a_gatekeeper_of_whole_frames_can_spare_all_tiles() -> None:
    gate = gate_of(replace(at_least(1, 2), gatekeepers=(0,)), "wa", whole="w")

    verdict = gate.judge([scene_of(*tiles_of(0.9, count=5), w=0.1)])[0]

    assert (verdict.decision, verdict.view) == ("skip", None)
    assert shown_to(gate, "a") == 0


def test_no_box_is_named_when_whole_frames_settle_it() -> None:
    gate = gate_of(at_least(1, 2), "wa", whole="w")

    verdict = gate.judge([scene_of({"a": 0.9}, w=0.8)], ask_all=True)[0]

    assert (verdict.decision, verdict.view) == ("review", None)
    assert [vote.voter for vote in verdict.votes] == ["w", "a"]


def test_a_full_ballot_asks_everyone_about_every_view_and_shows_it() -> None:
    gate = gate_of(at_least(1, 2), "ab", full=1)
    tiles: list[dict[str, Score]] = [{"a": 0.9, "b": 0.2}, {"a": 0.1, "b": 0.3}, {"a": 0, "b": 1}]

    verdict = gate.judge([scene_of(*tiles)])[0]

    assert [look.box for look in verdict.looks] == [box_of(index) for index in range(3)]
    assert [[vote.answer for vote in look.votes] for look in verdict.looks] == [
        ["yes", "no"],
        ["no", "no"],
        ["no", "yes"],
    ]


def test_on_a_full_ballot_a_yes_is_shown_before_a_view_left_open() -> None:
    verdict = gate_of(at_least(1, 1), "a").judge([scene_of({"a": None}, {"a": 0.9})], ask_all=True)[
        0
    ]

    assert (verdict.settled, verdict.view) == (True, box_of(1))


def test_what_voters_of_whole_frames_say_does_not_make_a_view_nearer() -> None:
    gate = gate_of(at_least(2, 2), "wa", whole="w")

    verdict = gate.judge([scene_of({"a": 0.1}, {"a": 0.4}, w=0.9)])[0]

    assert (verdict.decision, verdict.view) == ("skip", box_of(1))


def test_a_frame_with_a_doubt_is_review_though_all_its_views_are_nos() -> None:
    scene = Scene({}, ({"a": 0.0},), doubts=(Reason.MORE_FRAMES,))

    verdict = gate_of(at_least(1, 1), "a").judge([scene])[0]

    assert (verdict.decision, verdict.settled) == ("review", True)


def test_another_rule_around_the_same_gate_keeps_its_views() -> None:
    gate = gate_of(at_least(1, 1), "a")

    again = gate.around(rule=gate.rule, asking=gate.asking)

    assert again.judge([scene_of({"a": 0.1}, {"a": 0.9})])[0].view == box_of(1)
    assert (again.views_at_once, again.asking) == (gate.views_at_once, gate.asking)


scores = st.one_of(st.none(), st.floats(0, 1, width=32))


@dataclass(frozen=True)
class Case:
    """A rule, its voters, those of them that look at whole frames, and scenes."""

    rule: Rule
    names: str
    whole: str
    scenes: list[Scene]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = "abcde"[: draw(st.integers(1, 4))]
    weights = draw(st.lists(st.integers(1, 3), min_size=len(names), max_size=len(names)))
    doors = draw(st.sets(st.integers(0, len(names) - 1)))
    rule = replace(
        weighted(weights, draw(st.integers(1, sum(weights)))), gatekeepers=tuple(sorted(doors))
    )
    row = st.fixed_dictionaries(dict.fromkeys(names, scores))
    tiles = st.lists(row, min_size=1, max_size=7)
    drawn = draw(st.lists(st.tuples(row, tiles), max_size=5))
    return Case(
        rule,
        names,
        "".join(draw(st.sets(st.sampled_from(names)))),
        [Scene(own, tuple(parts), id=str(index)) for index, (own, parts) in enumerate(drawn)],
    )


def by_definition(case: Case, scene: Scene) -> Decision:
    """Ask every voter about every view, and let the rule settle each view by itself."""
    rows = [
        [scene.scores[name] if name in case.whole else tile[name] for name in case.names]
        for tile in scene.tiles
    ]
    numbers = np.array([[np.nan if s is None else s for s in row] for row in rows], np.float32)
    floors = [FLOOR if place in case.rule.gatekeepers else None for place in range(len(case.names))]
    columns = [
        answers_of(column, 0.5, floor) for column, floor in zip(numbers.T, floors, strict=True)
    ]
    settled = case.rule.settle(Ballots(np.stack(columns, axis=1)))
    return "skip" if (settled == Settled.NO).all() else "review"


@given(cases(), st.integers(1, 9), st.floats(0, 1))
def test_decisions_are_those_of_all_voters_on_all_views(
    case: Case, at_once: int, share: float
) -> None:
    expected = [by_definition(case, scene) for scene in case.scenes]

    lazy = gate_of(case.rule, case.names, whole=case.whole, at_once=at_once, full=share)
    everything = gate_of(case.rule, case.names, whole=case.whole, at_once=None)

    assert [verdict.decision for verdict in lazy.judge(case.scenes)] == expected
    assert [verdict.decision for verdict in everything.judge(case.scenes, ask_all=True)] == expected


class Restless:
    """Asks in another order whenever it is looked at, and learns nothing."""

    def __init__(self, orders: Sequence[tuple[int, ...]]) -> None:
        self._orders = cycle(orders)

    @property
    def columns(self) -> tuple[int, ...]:
        return next(self._orders)

    def timed(self, column: int, *, views: int, seconds: float) -> None: ...

    def learn(self, ballots: Answers, frame_of: Rows) -> None: ...


@given(cases(), st.integers(1, 9), st.floats(0, 1), st.data())
def test_orders_that_change_while_it_judges_change_no_decision(
    case: Case, at_once: int, share: float, data: st.DataObject
) -> None:
    order = st.permutations(range(len(case.names))).map(tuple)
    orders = data.draw(st.lists(order, min_size=1, max_size=4))
    listed = gate_of(case.rule, case.names, whole=case.whole, at_once=at_once, full=share)

    verdicts = listed.around(rule=case.rule, asking=Restless(orders)).judge(case.scenes)

    assert [verdict.decision for verdict in verdicts] == [
        by_definition(case, scene) for scene in case.scenes
    ]
    assert [verdict.settled for verdict in verdicts] == [
        verdict.settled for verdict in listed.judge(case.scenes)
    ]
    for verdict in verdicts:
        places = [case.names.index(vote.voter) for vote in verdict.votes]
        assert places == sorted(places)


@given(cases(), st.integers(1, 9))
def test_the_votes_of_a_verdict_explain_its_decision(case: Case, at_once: int) -> None:
    gate = gate_of(case.rule, case.names, whole=case.whole, at_once=at_once)

    for scene, verdict in zip(case.scenes, gate.judge(case.scenes), strict=True):
        votes = {vote.voter: vote.score for vote in verdict.votes}
        tile = scene.tiles[verdict.view.left] if verdict.view else {}
        for name, score in votes.items():
            if name in case.whole or verdict.view:
                assert score == (scene.scores if name in case.whole else tile)[name]
        doors = [case.names[place] for place in case.rule.gatekeepers]
        answers = [
            [3 if n not in votes else _answer(votes[n], door=n in doors) for n in case.names]
        ]
        (settled,) = case.rule.settle(Ballots(np.array(answers, np.int8)))
        assert (verdict.decision == "skip") == (settled == Settled.NO)
        assert set(votes) | set(verdict.skipped) == set(case.names)


@given(cases(), st.integers(1, 9))
def test_short_circuit_never_asks_more_than_everything(case: Case, at_once: int) -> None:
    gate = gate_of(case.rule, case.names, whole=case.whole, at_once=at_once)

    gate.judge(case.scenes)

    views = sum(len(scene.tiles) for scene in case.scenes)
    for name in case.names:
        most = len(case.scenes) if name in case.whole else views
        assert shown_to(gate, name) <= most


def _answer(score: Score, *, door: bool) -> int:
    if score is None:
        return 2
    return -1 if door and score < FLOOR else int(score >= 0.5)
