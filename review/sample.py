"""The blind sample: which judged frames people are asked about, and how likely each was."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ensembles.gate import share_of
from ensembles.votes import Decision

SALT = "audit:"
"""Makes the sample independent of the full ballots, which are chosen by the same hash."""


@dataclass(frozen=True, slots=True)
class SampledFrame:
    """A judged frame of the blind sample.

    Args:
        ensemble: As the client asked for it.
        digest: Of the gate that judged it.
        frame: Its id.
        decision: What the gate said.
        propensity: How likely a frame with this decision was to be in the sample, in (0, 1].
        least_propensity: The smaller of the two propensities that were in force.
        judged_at: UTC.
        flight: It belongs to; None when nobody said.
    """

    ensemble: str
    digest: str
    frame: str
    decision: Decision
    propensity: float
    least_propensity: float
    judged_at: datetime
    flight: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """How likely a frame is to be in the blind sample, by what the gate said of it.

    Chosen by a hash of the frame's id, so that every worker and every run chooses the same.

    Args:
        skipped: Of a skipped frame, in [0, 1].
        kept: Of a frame in review, in [0, 1]. People look at those anyway.

    With one of the two at 0 nothing can be said of the recall, so the sample is empty.
    """

    skipped: float
    kept: float

    def take(
        self, frame: str, decision: Decision, *, ensemble: str, digest: str, flight: str | None
    ) -> SampledFrame | None:
        """Return the frame as one of the sample, or None when it is not in it."""
        propensity = self.skipped if decision == "skip" else self.kept
        least = min(self.skipped, self.kept)
        if least == 0 or share_of(SALT + frame) >= propensity:
            return None
        return SampledFrame(
            ensemble,
            digest,
            frame,
            decision,
            propensity,
            least,
            datetime.now(UTC),
            flight,
        )
