"""Why a frame was decided as it was, and what would have changed that."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ensembles.rules import Rule, Settled
from ensembles.votes import Answer, Ballots, Decision, Vote

ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "abstained": Answer.ABSTAINED}


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
    turning: tuple[Vote, ...]

    @property
    def weight_of_yes(self) -> int:
        """Weight that surely said yes."""
        return self._weight("yes")

    @property
    def weight_of_open(self) -> int:
        """Weight that abstained, and so might have said yes."""
        return self._weight("abstained")

    def _weight(self, answer: str) -> int:
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


def _turning(votes: Sequence[Vote], rule: Rule, *, kept: bool) -> tuple[Vote, ...]:
    """Return the fewest and nearest votes that would turn the decision."""
    turned = Answer.NO if kept else Answer.YES
    answers = [ANSWERS[vote.answer] for vote in votes]
    movable = [index for index, answer in enumerate(answers) if answer != turned]
    for count in range(1, len(movable) + 1):
        turning = [
            chosen
            for chosen in combinations(movable, count)
            if _kept_with(answers, chosen, turned, rule) is not kept
        ]
        if turning:
            nearest = min(turning, key=lambda chosen: sum(_distance(votes[i]) for i in chosen))
            return tuple(votes[index] for index in nearest)
    return ()


def _kept_with(
    answers: Sequence[Answer], chosen: Sequence[int], turned: Answer, rule: Rule
) -> bool:
    """Return whether the frame is kept when the chosen votes turn."""
    changed = [turned if index in chosen else answer for index, answer in enumerate(answers)]
    return _settle(changed, rule) != Settled.NO


def _distance(vote: Vote) -> float:
    distance = margin(vote)
    return 0.0 if distance is None else abs(distance)


def _settle(answers: Sequence[Answer], rule: Rule) -> Settled:
    return Settled(int(rule.settle(Ballots(np.array([answers], dtype=np.int8)))[0]))
