"""Whose turn it is to judge: the ensemble's own gate, or the wider one of its `on_drift`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

State = Literal["armed", "switched", "restored"]
NOBODY = "skysift"
"""Who turned it when no person did."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was decided about who judges; the last one holds.

    `armed`: the own gate judges, and an alarm switches to the wider one. `switched`: the wider
    one judges, until a person says otherwise. `restored`: a person said so; the own gate judges,
    and the alarm that was on then does not switch again. Once it has ended, `armed` follows.

    Args:
        ensemble: Its name.
        digest: Of its own gate.
        number: From 0, one more with each turn.
        state: As above.
        reason: In words.
        turned_by: A person, or `skysift`.
        after_label: Evidence on recall counts labels after this one.
        turned_at: UTC.
    """

    ensemble: str
    digest: str
    number: int
    state: State
    reason: str
    turned_by: str
    after_label: int
    turned_at: datetime

    @classmethod
    def first(cls, ensemble: str, digest: str) -> Self:
        """Return the turn before any other."""
        return cls(ensemble, digest, 0, "armed", "", NOBODY, 0, datetime.now(UTC))

    @property
    def switched(self) -> bool:
        """Whether the wider gate judges."""
        return self.state == "switched"

    def switch(self, reason: str) -> "Turn":
        """Return the turn in which the wider gate judges."""
        return self._next("switched", reason, NOBODY, self.after_label)

    def restore(self, reason: str, *, by: str, after_label: int) -> "Turn":
        """Return the turn in which the own gate judges and evidence begins again."""
        return self._next("restored", reason, by, after_label)

    def arm(self) -> "Turn":
        """Return the turn in which the next alarm switches."""
        return self._next("armed", "the alarm ended", NOBODY, self.after_label)

    def _next(self, state: State, reason: str, by: str, after_label: int) -> "Turn":
        return Turn(
            self.ensemble,
            self.digest,
            self.number + 1,
            state,
            reason[:1000],
            by,
            after_label,
            datetime.now(UTC),
        )
