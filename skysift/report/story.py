"""What the page says in words: the promise, its price, and what it does not say."""

from dataclasses import dataclass

from ensembles.calibrate import Calibration
from ensembles.certificate import Slice
from ensembles.score_table import NOBODY, POSITIVE, ScoreTable
from skysift.report.companies import Companies
from skysift.report.evidence import Evidence
from skysift.report.misses import Misses


@dataclass(frozen=True, slots=True)
class Story:
    """The words and tables of the page.

    Args:
        things: What is looked for, in the plural.
        calibration: What was promised, chosen and paid.
        guaranteed: Whether the promise holds with its confidence, or only on average.
        voters: Names.
        companies: Who finds what.
        misses: What the gate would miss.
        slices: How the promise fares on parts of the evidence.
        verdict: Whether voting pays, in one sentence.
        caveats: What the guarantee does not say.
        evidence: What it rests on.
        certificate_id: None when there is no certificate.
    """

    things: str
    calibration: Calibration
    guaranteed: bool
    voters: tuple[str, ...]
    companies: Companies
    misses: Misses
    slices: tuple[Slice, ...]
    verdict: str
    caveats: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    certificate_id: str | None


def things_counted(table: ScoreTable, target: str) -> str:
    """Return what recall is counted on, in the plural."""
    named = bool((table.objects[table.labels == POSITIVE] != NOBODY).any())
    return target or ("objects" if named else "positive frames")
