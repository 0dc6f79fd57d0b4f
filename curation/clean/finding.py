"""What is wrong with a frame."""

from dataclasses import dataclass
from enum import StrEnum


class Defect(StrEnum):
    """A bounded set: the column `reason` of what `skysift curate clean` writes."""

    BROKEN = "broken"
    """It could not be read."""
    UNDEREXPOSED = "underexposed"
    OVEREXPOSED = "overexposed"
    BLURRED = "blurred"
    """Out of focus, or the drone moved."""
    LOW_INFORMATION = "low_information"
    """Fog, a lens cap, a bare sky."""
    EXACT_DUPLICATE = "exact_duplicate"
    """Another file has the same bytes."""
    NEAR_DUPLICATE = "near_duplicate"
    """Another frame, such as one of the same burst, shows the same."""
    OFF_SUBJECT = "off_subject"
    """It is far from all other frames, like shoes before the start."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one frame.

    Args:
        row: Of the manifest.
        defect: What.
        measure: What was measured, such as a column of the manifest.
        value: What it came to; None when there is nothing to measure.
        threshold: What it was held against; None likewise.
        duplicate_of: The row that stays instead; None when there is none.
    """

    row: int
    defect: Defect
    measure: str
    value: float | None = None
    threshold: float | None = None
    duplicate_of: int | None = None
