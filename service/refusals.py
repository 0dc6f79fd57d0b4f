"""Why a request gets no verdict from the gate, and the status that says so."""

from typing import Literal

from ensembles.errors import BadImageError
from ensembles.reasons import Reason

CLIENT_LEFT = 499
"""Not in the standard, but what proxies write for a client that hung up."""

STATUS: dict[Reason, int] = {
    Reason.EMPTY: 400,
    Reason.TRUNCATED: 400,
    Reason.UNREADABLE: 400,
    Reason.BAD_REQUEST: 400,
    Reason.NOT_ALLOWED: 403,
    Reason.TOO_LARGE: 413,
    Reason.NOT_AN_IMAGE: 415,
    Reason.UNSUPPORTED_FORMAT: 415,
    Reason.OVERLOADED: 429,
    Reason.RATE_LIMITED: 429,
    Reason.DISCONNECTED: CLIENT_LEFT,
    Reason.INTERNAL: 500,
    Reason.TIMEOUT: 503,
}


class Refusal(Exception):  # noqa: N818 - not a fault, an answer
    """A request that is answered without asking the gate.

    Args:
        reason: Its status is in `STATUS`.
        message: For a person: what is wrong and what would be right.
        status: Where another one fits better.
        retry_after: Seconds after which trying again makes sense.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status or STATUS[reason]
        self.retry_after = retry_after

    @property
    def outcome(self) -> Literal["refused", "failed"]:
        """How its frames are counted: refused is the client's doing, failed is not."""
        return "failed" if self.status >= CLIENT_LEFT else "refused"

    @classmethod
    def of_picture(cls, error: BadImageError) -> "Refusal":
        """Return the answer to bytes that are no picture."""
        return cls(error.reason, str(error))
