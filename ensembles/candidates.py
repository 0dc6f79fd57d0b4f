"""The rules that calibration may choose among."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from ensembles.rules import Rule, at_least, rule_from

BEST = "best"
"""Asks for every rule and every single voter."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule over some of the voters.

    Args:
        name: As people call it: `or`, `2-of-3`, or the name of the one voter.
        voters: Columns of the score table.
        rule: Over those columns, in that order.
        floor_share: Share of the allowed misses, in [0, 1], that the floor of the rule's
            gatekeeper may use.
    """

    name: str
    voters: tuple[int, ...]
    rule: Rule
    floor_share: float = 0.0

    @property
    def is_vote(self) -> bool:
        """Whether it needs more than one voter."""
        return len(self.voters) > 1

    @property
    def without_early_no(self) -> "Candidate":
        """The same rule without a gatekeeper."""
        return replace(self, rule=replace(self.rule, gatekeepers=()), floor_share=0.0)

    def with_early_no(self, voter: int, *, share: float) -> "Candidate":
        """Return the candidate with one of its voters as gatekeeper.

        A voter whose plain no ends a frame anyway, as under AND or alone, needs no floor.

        Args:
            voter: A column of the score table.
            share: Of the allowed misses, in [0, 1], that the floor may use.
        """
        if voter not in self.voters or self.rule.ends_alone(place := self.voters.index(voter)):
            return self
        return replace(self, rule=replace(self.rule, gatekeepers=(place,)), floor_share=share)


def all_candidates(voters: Sequence[str]) -> tuple[Candidate, ...]:
    """Return every single voter, then OR, each k-of-n and AND."""
    count = len(voters)
    singles = [Candidate(name, (column,), at_least(1, 1)) for column, name in enumerate(voters)]
    if count == 1:
        return tuple(singles)
    names = ["or", *(f"{needed}-of-{count}" for needed in range(2, count)), "and"]
    everybody = tuple(range(count))
    rules = [at_least(needed, count, name=name) for needed, name in enumerate(names, start=1)]
    return (*singles, *(Candidate(rule.name, everybody, rule) for rule in rules))


def candidates_named(
    names: Sequence[str], voters: Sequence[str], *, vote: str | Mapping[str, object] | None = None
) -> tuple[Candidate, ...]:
    """Return the candidates that were asked for by name, without repetition.

    Args:
        names: Rules, voters, `weighted`, or `best` for every rule and every single voter.
        voters: Columns of the score table, in their order.
        vote: What `weighted` stands for, as in an ensemble file; None when nothing says it.

    Raises:
        ConfigError: A name is neither a rule nor a voter, with every such name.
    """
    found: dict[str, Candidate] = {}
    problems: list[str] = []
    for name in names:
        try:
            found |= {each.name: each for each in _named(name, voters, vote)}
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return tuple(found.values())


def _named(
    name: str, voters: Sequence[str], vote: str | Mapping[str, object] | None
) -> tuple[Candidate, ...]:
    usual = all_candidates(voters)
    weighted = _weighted(voters, vote) if isinstance(vote, Mapping) else ()
    if name == BEST:
        return (*usual, *weighted)
    if name == "weighted":
        if not weighted:
            raise ConfigError("rule weighted: name an ensemble file whose `vote:` has the weights")
        return weighted
    if name in voters:
        return (usual[voters.index(name)],)
    try:
        return (Candidate(name, tuple(range(len(voters))), rule_from(name, voters)),)
    except ConfigError:
        known = [*(each.name for each in usual), BEST]
        alike = near_miss(name, known) or f"; there are {', '.join(known)}"
        raise ConfigError(f"rule {name!r}: there is no such rule or voter{alike}") from None


def _weighted(voters: Sequence[str], vote: Mapping[str, object]) -> tuple[Candidate, ...]:
    return (Candidate("weighted", tuple(range(len(voters))), rule_from(vote, voters)),)
