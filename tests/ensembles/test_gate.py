"""The gate asks no more than it must, and never decides otherwise for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ensembles.gate import Gate, share_of
from ensembles.reasons import Reason
from ensembles.rules import Rule, at_least, weighted
from ensembles.seat import Seat
from ensembles.voter import Reading
from ensembles.votes import Verdict

FLOOR = 0.2


@dataclass(frozen=True)
class Subject:
    """A frame that carries the score each voter will give it; None abstains."""

    scores: dict[str, float | None]
    id: str = "frame"
    doubts: tuple[Reason, ...] = ()


@dataclass
class Scripted:
    """Reads its scores off the frames and remembers how many it was shown."""

    name: str
    seen: list[int] = field(default_factory=list)

    def read(self, views: Sequence[Subject]) -> Reading:
        self.seen.append(len(views))
        scores = [view.scores[self.name] for view in views]
        return Reading(np.array([np.nan if s is None else s for s in scores], dtype=np.float32))


def gate_of(rule: Rule, *names: str, full_ballots: float = 0.0) -> Gate[Subject]:
    seats = [
        Seat(name, Scripted(name), 0.5, floor=FLOOR if place in rule.gatekeepers else None)
        for place, name in enumerate(names)
    ]
    return Gate(seats, rule, full_ballots=full_ballots)


def asked(gate: Gate[Subject]) -> list[list[int]]:
    voters = [seat.voter for seat in gate.seats]
    return [voter.seen for voter in voters if isinstance(voter, Scripted)]


def test_or_stops_at_the_first_yes() -> None:
    gate = gate_of(at_least(1, 2), "a", "b")

    verdict = gate.judge([Subject({"a": 0.9, "b": 0.9})])[0]

    assert (verdict.decision, verdict.skipped) == ("review", ("b",))
    assert asked(gate) == [[1], []]


def test_and_stops_at_the_first_no() -> None:
    gate = gate_of(at_least(2, 2), "a", "b")

    verdict = gate.judge([Subject({"a": 0.1, "b": 0.9})])[0]

    assert (verdict.decision, verdict.skipped) == ("skip", ("b",))


def test_a_gatekeeper_that_is_sure_of_nothing_spares_the_others() -> None:
    gate = gate_of(replace(at_least(1, 2), gatekeepers=(0,)), "a", "b")

    verdict = gate.judge([Subject({"a": 0.1, "b": 0.9})])[0]

    assert (verdict.decision, verdict.settled, verdict.skipped) == ("skip", True, ("b",))
    assert (verdict.votes[0].answer, verdict.votes[0].floor) == ("surely_no", FLOOR)


def test_a_gatekeeper_that_is_asked_last_still_ends_the_frame() -> None:
    gate = gate_of(replace(at_least(1, 2), gatekeepers=(1,)), "a", "b")

    verdict = gate.judge([Subject({"a": 0.9, "b": 0.1})])[0]

    assert (verdict.decision, verdict.skipped) == ("skip", ())


def test_a_score_equal_to_the_floor_ends_nothing() -> None:
    gate = gate_of(replace(at_least(1, 2), gatekeepers=(0,)), "a", "b")
    subject = Subject({"a": float(np.nextafter(np.float32(FLOOR), np.float32(1))), "b": 0.9})

    assert gate.judge([subject])[0].decision == "review"


def test_a_gatekeeper_that_abstains_ends_nothing() -> None:
    gate = gate_of(replace(at_least(2, 3), gatekeepers=(0,)), "a", "b", "c")

    verdict = gate.judge([Subject({"a": None, "b": 0.9, "c": 0.9})])[0]

    assert (verdict.decision, verdict.settled) == ("review", False)


def test_only_undecided_frames_of_a_batch_reach_the_next_voter() -> None:
    gate = gate_of(at_least(1, 2), "a", "b")
    batch = [Subject({"a": a, "b": b}) for a, b in [(0.9, 0.0), (0.1, 0.8), (0.2, 0.3)]]

    decisions = [verdict.decision for verdict in gate.judge(batch)]

    assert decisions == ["review", "review", "skip"]
    assert asked(gate) == [[3], [2]]


def test_a_score_equal_to_the_threshold_is_a_yes() -> None:
    verdict = gate_of(at_least(1, 1), "a").judge([Subject({"a": 0.5})])[0]

    assert (verdict.decision, verdict.votes[0].answer) == ("review", "yes")


def test_abstentions_that_leave_the_rule_open_end_in_review() -> None:
    verdict = gate_of(at_least(1, 2), "a", "b").judge([Subject({"a": 0.1, "b": None})])[0]

    assert (verdict.decision, verdict.settled) == ("review", False)
    assert verdict.reasons == (Reason.VOTER_ABSTAINED,)


def test_an_abstention_that_cannot_matter_leaves_the_verdict_settled() -> None:
    verdict = gate_of(at_least(2, 3), "a", "b", "c").judge(
        [Subject({"a": None, "b": 0.1, "c": 0.1})]
    )[0]

    assert (verdict.decision, verdict.settled) == ("skip", True)


def test_a_doubt_about_the_frame_forces_review() -> None:
    subject = Subject({"a": 0.0}, doubts=(Reason.MORE_FRAMES,))

    verdict = gate_of(at_least(1, 1), "a").judge([subject])[0]

    assert (verdict.decision, verdict.reasons) == ("review", (Reason.MORE_FRAMES,))


def test_an_empty_batch_asks_nobody() -> None:
    gate = gate_of(at_least(1, 1), "a")

    assert gate.judge([]) == []
    assert asked(gate) == [[]]


def test_asking_all_shows_every_vote() -> None:
    verdict = gate_of(at_least(1, 2), "a", "b").judge(
        [Subject({"a": 0.9, "b": 0.1})], ask_all=True
    )[0]

    assert [vote.answer for vote in verdict.votes] == ["yes", "no"]
    assert verdict.full_ballot


def test_the_full_ballots_are_the_same_share_of_frames_everywhere() -> None:
    gate = gate_of(at_least(1, 2), "a", "b", full_ballots=0.02)
    frames = [Subject({"a": 0.9, "b": 0.9}, id=f"frame-{number}") for number in range(10_000)]

    full = [verdict.full_ballot for verdict in gate.judge(frames)]

    assert 150 <= sum(full) <= 250
    assert full == [verdict.full_ballot for verdict in gate.judge(frames)]
    assert share_of("frame-1") == pytest.approx(0.3999375, abs=1e-7)


def test_a_voter_with_too_few_scores_is_refused_and_not_broadcast() -> None:
    class Short:
        def read(self, views: Sequence[Subject]) -> Reading:
            return Reading(np.zeros(1, dtype=np.float32))

    gate = Gate([Seat("short", Short(), 0.5)], at_least(1, 1))

    with pytest.raises(ValueError, match="1 scores came back for 3 views"):
        gate.judge([Subject({})] * 3)


scores = st.one_of(st.none(), st.floats(0, 1, width=32))


@st.composite
def rules_and_subjects(draw: st.DrawFn) -> tuple[Rule, list[str], list[Subject]]:
    names = list("abcde")[: draw(st.integers(1, 5))]
    weights = draw(st.lists(st.integers(1, 4), min_size=len(names), max_size=len(names)))
    doors = draw(st.sets(st.integers(0, len(names) - 1)))
    rule = replace(
        weighted(weights, draw(st.integers(1, sum(weights)))), gatekeepers=tuple(sorted(doors))
    )
    rows = draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, scores)), max_size=6))
    return rule, names, [Subject(row, id=str(index)) for index, row in enumerate(rows)]


def decided(verdicts: list[Verdict]) -> list[tuple[str, bool]]:
    return [(verdict.decision, verdict.settled) for verdict in verdicts]


@given(rules_and_subjects(), st.data(), st.floats(0, 1))
def test_asking_order_and_short_circuit_never_change_a_decision(
    case: tuple[Rule, list[str], list[Subject]], data: st.DataObject, share: float
) -> None:
    rule, names, subjects = case
    order = data.draw(st.permutations(range(len(names))))
    shuffled = Rule(
        "shuffled",
        tuple(rule.weights[index] for index in order),
        rule.needed,
        tuple(place for place, index in enumerate(order) if index in rule.gatekeepers),
    )
    everybody = gate_of(rule, *names).judge(subjects, ask_all=True)

    lazy = gate_of(rule, *names, full_ballots=share).judge(subjects)
    other_order = gate_of(shuffled, *(names[index] for index in order)).judge(subjects)

    assert decided(lazy) == decided(other_order) == decided(everybody)


@given(rules_and_subjects(), st.data())
def test_a_higher_score_never_turns_review_into_skip(
    case: tuple[Rule, list[str], list[Subject]], data: st.DataObject
) -> None:
    rule, names, subjects = case
    raised = [
        Subject(
            {
                name: None if score is None else data.draw(st.floats(score, 1, width=32))
                for name, score in subject.scores.items()
            },
            id=subject.id,
        )
        for subject in subjects
    ]

    before = gate_of(rule, *names).judge(subjects)
    after = gate_of(rule, *names).judge(raised)

    for low, high in zip(before, after, strict=True):
        assert low.decision == "skip" or high.decision == "review"
