"""Faults that are one request: what is posted, and what must be answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.fault import Fault, Place, Seen
from tests.faults.http import Answer, Body, post

SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Posted:
    """One POST and the answer it must get.

    Args:
        body: Makes what is posted.
        status: Of the answer.
        reasons: In the answer, in any order.
        path: Where it is posted.
        headers: Sent with it.
        says: Stands in the error message.
    """

    body: Callable[[], Body]
    status: int
    reasons: tuple[str, ...] = ()
    path: str = "/v1/triage"
    headers: Mapping[str, str] = field(default_factory=dict)
    says: str = ""

    def __call__(self, place: Place) -> Seen:
        """Post it to the shared server."""
        answer = post(place.url + self.path, self.body(), self.headers)
        held = (
            answer.status == self.status
            and sorted(reasons_of(answer)) == sorted(self.reasons)
            and decides(answer)
            and self.says in str(answer.json.get("error", ""))
        )
        return Seen(told(answer), held)

    @property
    def expected(self) -> str:
        """What must come, for the table."""
        reasons = f" {', '.join(self.reasons)}" if self.reasons else ""
        return f"{self.status}{reasons}"


def refused(
    name: str,
    fault: str,
    posted: Posted,
    *,
    part: str = "Input",
    expected: str = "",
    slow: bool = False,
) -> Fault:
    """Return the row of a request that is refused, and says `review`."""
    return Fault(name, part, fault, expected or f"{posted.expected}, `review`", posted, slow)


def decides(answer: Answer) -> bool:
    """Say whether a client that looks only at the decision is safe: no 5xx, and a decision."""
    decision = answer.json.get("decision")
    if answer.status < SERVER_FAULT and answer.status != 200:
        return bool(decision == "review")
    return answer.status == 200 and decision in {"review", "skip"}


def reasons_of(answer: Answer) -> list[str]:
    """Return why, from a verdict or from a refusal."""
    reason = answer.json.get("reason")
    return [reason] if reason else list(answer.json.get("reasons", []))


def told(answer: Answer) -> str:
    """Return the answer in a few words."""
    reasons = ", ".join(reasons_of(answer))
    return f"{answer.status} {answer.json.get('decision')}{f', {reasons}' if reasons else ''}"
