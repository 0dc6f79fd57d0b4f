"""Why a frame was decided as it was, and what would have changed that."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from ensembles.rules import Rule, Settled
from ensembles.votes import Answer, Ballots, Decision, Said, Vote

ANSWERS: dict[Said, Answer] = {
    "yes": Answer.YES,
    "no": Answer.NO,
    "surely_no": Answer.SURELY_NO,
    "abstained": Answer.ABSTAINED,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A vote that would have to turn.

    Args:
        vote: As it is.
        limit: The score that it would have to reach, or to stay below: its threshold, or its
            floor where passing that is enough.
    """

    vote: Vote
    limit: float

    @property
    def distance(self) -> float:
        """How far the score is from there; 0 for an abstention."""
        return 0.0 if self.vote.score is None else abs(self.vote.score - self.limit)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision, taken apart.

    Args:
        decision: What the rule makes of the votes.
        settled: False when abstentions left it open.
        votes: Of every voter, in the rule's order.
        weights: What each vote counts.
        needed: Weight of yes votes that keeps the frame.
        turning: The votes that would have to turn for the other decision: as few as possible,
            and of those the ones nearest to their thresholds. Empty when nothing would do.
    """

    decision: Decision
    settled: bool
    votes: tuple[Vote, ...]
    weights: tuple[int, ...]
    needed: int
    turning: tuple[Turn, ...]

    @property
    def weight_of_yes(self) -> int:
        """Weight that surely said yes."""
        return self._weight("yes")

    @property
    def weight_of_open(self) -> int:
        """Weight that abstained, and so might have said yes."""
        return self._weight("abstained")

    def _weight(self, answer: Said) -> int:
        pairs = zip(self.votes, self.weights, strict=True)
        return sum(weight for vote, weight in pairs if vote.answer == answer)


def margin(vote: Vote) -> float | None:
    """Return how far the score lies above its threshold; below it, a negative number."""
    return None if vote.score is None else vote.score - vote.threshold


def explain(votes: Sequence[Vote], rule: Rule) -> Explanation:
    """Return why these votes end as they do.

    Args:
        votes: One per voter of the rule, in its order.
        rule: That settles them.
    """
    settled = _settle([ANSWERS[vote.answer] for vote in votes], rule)
    return Explanation(
        decision="skip" if settled == Settled.NO else "review",
        settled=settled != Settled.NOT_YET,
        votes=tuple(votes),
        weights=rule.weights,
        needed=rule.needed,
        turning=_turning(votes, rule, kept=settled != Settled.NO),
    )


def _turning(votes: Sequence[Vote], rule: Rule, *, kept: bool) -> tuple[Turn, ...]:
    """Return the fewest and nearest votes that would turn the decision."""
    answers = [ANSWERS[vote.answer] for vote in votes]
    turns = [_turns(vote, kept=kept) for vote in votes]
    movable = [index for index, ways in enumerate(turns) if ways]
    for count in range(1, len(movable) + 1):
        found = [
            tuple(Turn(votes[index], limit) for index, (_, limit) in zip(chosen, ways, strict=True))
            for chosen in combinations(movable, count)
            for ways in product(*(turns[index] for index in chosen))
            if _kept_with(answers, chosen, [answer for answer, _ in ways], rule) is not kept
        ]
        if found:
            return min(found, key=lambda turning: sum(turn.distance for turn in turning))
    return ()


def _turns(vote: Vote, *, kept: bool) -> list[tuple[Answer, float]]:
    """Return what a vote could have been instead, and the score from which it would have been."""
    if kept:
        return [] if vote.answer in {"no", "surely_no"} else [(Answer.NO, vote.threshold)]
    if vote.answer == "yes":
        return []
    passing = [(Answer.NO, vote.floor)] if vote.answer == "surely_no" and vote.floor else []
    return [*passing, (Answer.YES, vote.threshold)]


def _kept_with(
    answers: Sequence[Answer], chosen: Sequence[int], turned: Sequence[Answer], rule: Rule
) -> bool:
    """Return whether the frame is kept when the chosen votes turn."""
    changed = list(answers)
    for index, answer in zip(chosen, turned, strict=True):
        changed[index] = answer
    return _settle(changed, rule) != Settled.NO


def _settle(answers: Sequence[Answer], rule: Rule) -> Settled:
    return Settled(int(rule.settle(Ballots(np.array([answers], dtype=np.int8)))[0]))
