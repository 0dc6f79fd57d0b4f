"""What the page says in words: the promise, its price, and what it does not say."""

from dataclasses import dataclass

from ensembles.agreement import Company
from ensembles.calibrate import Calibration
from ensembles.certificate import Slice
from ensembles.score_table import NOBODY, POSITIVE, ScoreTable
from skysift.report.evidence import Evidence
from skysift.report.figures import Figures
from skysift.report.misses import Misses
from skysift.report.wording import count, percent


@dataclass(frozen=True, slots=True)
class Story:
    """The words and tables of the page.

    Args:
        things: What is looked for, in the plural.
        calibration: What was promised, chosen and paid.
        guaranteed: Whether the promise holds with its confidence, or only on average.
        voters: Names.
        companies: Who finds what, most objects first.
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
    companies: tuple[Company, ...]
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


def verdict_on_voting(figures: Figures) -> str:
    """Return whether a vote asks for fewer frames than the best single voter, at equal price."""
    votes = _cheapest(figures, single=False)
    singles = _cheapest(figures, single=True)
    budget = figures.compared_budgets[figures.start]
    if singles is None:
        return (
            f"With {count(figures.compared[0].positives)} positives the {len(figures.compared)} "
            f"rules cannot be compared at this recall: that takes {count(budget.needed)}."
        )
    if votes is None:
        return "There is one voter, so there is nothing to vote on."
    (vote, asks), (single, asks_alone) = votes, singles
    voting = f"{vote} asks for {percent(asks)} of the frames"
    alone = f"{single}, the best voter alone, for {percent(asks_alone)}"
    if asks < asks_alone:
        return f"Voting pays here: at the same price {voting}, {alone}."
    if asks > asks_alone:
        return f"Voting loses here: at the same price {voting}, {alone}."
    return f"Voting neither pays nor loses here: at the same price {voting}, {alone}."


def _cheapest(figures: Figures, *, single: bool) -> tuple[str, float] | None:
    """Return the rule of this sort that keeps the fewest frames at the promised recall."""
    stops = (
        (curve.name, curve.stops[figures.start])
        for curve in figures.compared
        if (curve.voter is not None) is single
    )
    found = [(stop.share, name) for name, stop in stops if stop is not None]
    return min(found)[::-1] if found else None
