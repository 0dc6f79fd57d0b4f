"""Every frame that arrives is counted out once: judged, refused or failed."""

from types import TracebackType
from typing import Self

from ensembles.reasons import Reason
from ensembles.votes import Verdict
from monitoring import metrics
from service.refusals import Refusal

UNKNOWN = ""
"""The ensemble of a request that never named one that exists."""


class Tally:
    """Counts the frames of one request in and out, however the block ends.

    Conservation: received = judged + refused + failed. What nobody accounted for when the block
    ends takes the reason of the exception that ended it.
    """

    def __init__(self) -> None:
        self.ensemble = UNKNOWN
        self._open = 0

    def __enter__(self) -> Self:
        return self

    def receive(self, frames: int = 1) -> None:
        """Count frames in."""
        self._open += frames
        metrics.FRAMES_RECEIVED.inc(frames)
        metrics.FRAMES_IN_FLIGHT.inc(frames)

    def judged(self, verdict: Verdict) -> None:
        """Count out a frame that the gate decided on."""
        metrics.count_verdict(self.ensemble, verdict)
        self._close(1)

    def unjudged(self, refusal: Refusal, *, frames: int = 1) -> None:
        """Count out frames that the gate never decided on."""
        metrics.count_unjudged(self.ensemble, refusal.outcome, refusal.reason, frames=frames)
        self._close(frames)

    def _close(self, frames: int) -> None:
        self._open -= frames
        metrics.FRAMES_IN_FLIGHT.dec(frames)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._open:
            fault = error if isinstance(error, Refusal) else Refusal(Reason.INTERNAL, "unanswered")
            self.unjudged(fault, frames=self._open)
