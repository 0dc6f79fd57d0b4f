"""Defects that one measure of a frame shows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from curation.clean.finding import Defect, Finding
from curation.clean.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Rule:
    """A column of the manifest that is held against a threshold.

    Args:
        defect: What it shows; its name is that of the threshold too.
        column: Of the manifest.
        above: Whether values above the threshold are wrong; otherwise those below.
    """

    defect: Defect
    column: str
    above: bool

    def findings(self, table: pa.Table, threshold: float | None) -> Iterator[Finding]:
        """Yield a finding per frame on the wrong side; unknown values are on no side."""
        if threshold is None:
            return
        values = table[self.column].to_numpy().astype(np.float64)
        wrong = values > threshold if self.above else values < threshold
        for row in np.flatnonzero(wrong).tolist():
            yield Finding(row, self.defect, self.column, float(values[row]), threshold)


RULES = (
    Rule(Defect.UNDEREXPOSED, "highlights", above=False),
    Rule(Defect.OVEREXPOSED, "blown_share", above=True),
    Rule(Defect.BLURRED, "blur", above=True),
    Rule(Defect.LOW_INFORMATION, "entropy_bits", above=False),
)


def by_measure(table: pa.Table, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield what the measures of each frame show, defect by defect."""
    for rule in RULES:
        yield from rule.findings(table, getattr(thresholds, rule.defect.value))
