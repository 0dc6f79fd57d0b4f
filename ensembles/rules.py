"""How votes settle.

OR, AND, k-of-n and weighted votes are one inequality: the weight that said yes reaches what
is needed. With open votes (abstained, or not asked yet) it has three answers, as in Kleene's
strong logic of indeterminacy (Kleene, *Introduction to Metamathematics*, 1952, section 64).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from math import lcm
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ensembles.errors import ConfigError
from ensembles.votes import Ballots


class Settled(IntEnum):
    """The three answers of a rule."""

    NO = 0
    YES = 1
    NOT_YET = 2


class Settles(Protocol):
    """Anything that settles ballots, such as a rule or a clock around one."""

    def settle(self, ballots: Ballots) -> npt.NDArray[np.int8]:
        """Return `Settled` codes, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """Yes iff the yes votes weigh at least `needed` and no gatekeeper is sure of nothing.

    Weights are integers, so that 0.7 + 0.1 reaches 0.8 (`weighted` scales them).

    Args:
        name: As written in the ensemble file, such as `2-of-3`.
        weights: One positive weight per voter.
        needed: At least 1, at most the sum of the weights.
        gatekeepers: Voters, by their place, that have a floor: "surely nothing" from one of them
            is a no, whatever the others say, so without its vote there is no yes either.
    """

    name: str
    weights: tuple[int, ...]
    needed: int
    gatekeepers: tuple[int, ...] = ()

    def settle(self, ballots: Ballots) -> npt.NDArray[np.int8]:
        """Return `Settled` codes, shape (n,): `NOT_YET` while open votes could change it."""
        weights = np.asarray(self.weights, dtype=np.int64)
        doors = list(self.gatekeepers)
        ended = ballots.surely_no[:, doors].any(axis=1)
        waiting = ballots.open[:, doors].any(axis=1)
        surely = (ballots.yes @ weights >= self.needed) & ~waiting
        perhaps = (ballots.yes | ballots.open) @ weights >= self.needed
        settled = np.where(surely, Settled.YES, np.where(perhaps, Settled.NOT_YET, Settled.NO))
        return np.where(ended, Settled.NO, settled).astype(np.int8)

    def ends_alone(self, voter: int) -> bool:
        """Return whether a plain no of this voter is a no of all, as under AND."""
        return sum(self.weights) - self.weights[voter] < self.needed


def at_least(needed: int, count: int, *, name: str = "") -> Rule:
    """Return the rule `needed` of `count` voters.

    Raises:
        ConfigError: `needed` is below 1 or above `count`.
    """
    if not 1 <= needed <= count:
        raise ConfigError(f"vote: {needed} of {count} is impossible; there are {count} voters")
    return Rule(name or f"{needed}-of-{count}", (1,) * count, needed)


def weighted(weights: Sequence[float], needed: float) -> Rule:
    """Return the weighted rule, exact in the decimals as they are written.

    Raises:
        ConfigError: A weight is not positive, or `needed` is not positive or out of reach.
    """
    exact = [Fraction(Decimal(str(weight))) for weight in weights]
    exact_needed = Fraction(Decimal(str(needed)))
    if any(weight <= 0 for weight in exact):
        raise ConfigError(f"vote.weights: every weight must be positive, not {min(weights)}")
    if not 0 < exact_needed <= sum(exact):
        total = float(sum(exact))
        raise ConfigError(f"vote.needed: {needed} must be above 0 and at most {total:g}, their sum")
    scale = lcm(*(number.denominator for number in [*exact, exact_needed]))
    return Rule("weighted", tuple(int(w * scale) for w in exact), int(exact_needed * scale))


def rule_from(vote: str | Mapping[str, object], voters: Sequence[str]) -> Rule:
    """Return the rule that `vote:` of an ensemble file asks for.

    Args:
        vote: `or`, `and`, `k-of-n`, or `{"weights": {voter: weight}, "needed": weight}`.
        voters: Names of the voters, in the order of the ballots.

    Raises:
        ConfigError: The rule is unknown or does not fit the voters.
    """
    if isinstance(vote, str):
        return _named(vote.strip().lower(), len(voters))
    weights, needed = vote["weights"], vote["needed"]
    if not isinstance(weights, Mapping) or not isinstance(needed, int | float):
        raise ConfigError("vote: expected {weights: {voter: weight, ...}, needed: weight}")
    problems = [
        f"vote.weights: no voter is called {name!r}" for name in weights if name not in voters
    ]
    problems += [
        f"vote.weights: voter {name!r} has no weight" for name in voters if name not in weights
    ]
    if problems:
        raise ConfigError(problems)
    return weighted([float(weights[name]) for name in voters], float(needed))


def _named(name: str, count: int) -> Rule:
    if name == "or":
        return at_least(1, count, name=name)
    if name == "and":
        return at_least(count, count, name=name)
    match = re.fullmatch(r"(\d+)-of-(\d+)", name)
    if match is None:
        raise ConfigError(
            f"vote: {name!r} is no rule; write or, and, 2-of-3 or "
            "{weights: {voter: weight, ...}, needed: weight}"
        )
    needed, of = int(match[1]), int(match[2])
    if of != count:
        raise ConfigError(f"vote: {name} speaks of {of} voters, but there are {count}")
    return at_least(needed, count)
