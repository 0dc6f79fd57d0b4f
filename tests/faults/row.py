"""One row of the table of faults: what was done, what should happen, what did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What a fault did.

    Args:
        fault: What was done, in words.
        expected: What should happen.
        observed: What happened, with its numbers.
        held: Whether that is what should.
    """

    fault: str
    expected: str
    observed: str
    held: bool

    def __str__(self) -> str:
        held = "yes" if self.held else "NO"
        return f"| {self.fault} | {self.expected} | {self.observed} | {held} |"
