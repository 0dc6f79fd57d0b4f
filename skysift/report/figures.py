"""The numbers of a report, as the page's script reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ensembles.bounds import proportion_interval
from ensembles.calibrate import Calibration
from ensembles.operating_points import (
    Budget,
    Frontier,
    budgets,
    certified_frontier,
    compared_frontiers,
)
from ensembles.score_table import NEGATIVE, ScoreTable
from skysift.report.voter_figures import VoterFigures, voters_of
from skysift.report.wording import rounded_down

RECALLS = (*(hundredths / 100 for hundredths in range(70, 100)), 0.995, 0.999)
"""Where the dial can stand; the promised recall joins them."""

POINTS = 300
"""Of a curve: more than a screen shows."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What a rule costs at one place of the dial.

    Args:
        misses: Objects it misses on the frames at hand.
        share: Of the frames that go to review.
        low: Lower end of the exact interval of that share, at the curve's confidence.
        high: Its upper end.
        alarms: Share of the frames without the target that go to review.
        bound: The recall that is guaranteed, never rounded up.
    """

    misses: int
    share: float
    low: float
    high: float
    alarms: float
    bound: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The operating point, as the certificate has it.

    Args:
        share: Of the frames that go to review.
        low: Lower end of its interval.
        high: Its upper end.
        bound: The recall that is guaranteed.
    """

    share: float
    low: float
    high: float
    bound: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A frontier, drawn.

    Args:
        name: Of the rule.
        voter: Index of the voter when the rule asks only one, else None.
        confidence: Of each bound.
        positives: Objects.
        shares: Of frames to review, per point.
        bounds: Guaranteed recall, per point.
        found: Share of the objects that were found, per point.
        misses: Objects missed, per point.
        stops: One per place of the dial; None where the promise cannot be certified.
    """

    name: str
    voter: int | None
    confidence: float
    positives: int
    shares: tuple[float, ...]
    bounds: tuple[float, ...]
    found: tuple[float, ...]
    misses: tuple[int, ...]
    stops: tuple[Stop | None, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the page draws.

    Args:
        recalls: The places of the dial, ascending.
        start: The place of the promised recall.
        seconds_per_frame: What a look costs.
        point: Where the calibrated rule stands.
        certified: The curve of the calibrated rule, at its own confidence.
        compared: The curves of all rules, at delta / M each.
        certified_budgets: What the positives allow on the certified curve, per place.
        compared_budgets: The same on the compared curves.
        voters: Each by itself, in the order of the table.
        negatives_known: Whether negatives are labelled; else unlabelled frames stand in.
    """

    recalls: tuple[float, ...]
    start: int
    seconds_per_frame: float
    point: Mark
    certified: Curve
    compared: tuple[Curve, ...]
    certified_budgets: tuple[Budget, ...]
    compared_budgets: tuple[Budget, ...]
    voters: tuple[VoterFigures, ...]
    negatives_known: bool

    @property
    def curves(self) -> tuple[Curve, ...]:
        """All of them, the certified one first."""
        return (self.certified, *self.compared)


def figures_of(table: ScoreTable, calibration: Calibration, *, seconds_per_frame: float) -> Figures:
    """Return the numbers of the page."""
    promised, point = calibration.promise.recall, calibration.point
    recalls = tuple(sorted({*RECALLS, promised}))
    certified = certified_frontier(table, calibration)
    compared = compared_frontiers(table, calibration)
    own, shared = (_budgets(curve, recalls) for curve in (certified, compared[0]))
    return Figures(
        recalls=recalls,
        start=recalls.index(promised),
        seconds_per_frame=seconds_per_frame,
        point=Mark(
            point.share_kept, point.share_low, point.share_high, rounded_down(point.bound, digits=5)
        ),
        certified=_curve(certified, own),
        compared=tuple(_curve(curve, shared) for curve in compared),
        certified_budgets=own,
        compared_budgets=shared,
        voters=voters_of(table, calibration),
        negatives_known=bool((table.labels == NEGATIVE).any()),
    )


def _budgets(curve: Frontier, recalls: Sequence[float]) -> tuple[Budget, ...]:
    return budgets(recalls, positives=curve.positives, confidence=curve.confidence)


def _curve(whole: Frontier, allowed: Sequence[Budget]) -> Curve:
    drawn = whole.thinned(POINTS)
    voters = whole.candidate.voters
    return Curve(
        name=whole.candidate.name,
        voter=voters[0] if len(voters) == 1 else None,
        confidence=whole.confidence,
        positives=whole.positives,
        shares=tuple(round(int(kept) / whole.frames, 5) for kept in drawn.kept),
        bounds=tuple(rounded_down(float(bound), digits=5) for bound in drawn.bounds),
        found=tuple(round(1 - int(each) / whole.positives, 5) for each in drawn.misses),
        misses=tuple(int(each) for each in drawn.misses),
        stops=tuple(_stop(whole, budget) for budget in allowed),
    )


def _stop(curve: Frontier, budget: Budget) -> Stop | None:
    place = None if budget.allowed is None else curve.within(budget.allowed)
    if place is None:
        return None
    kept, alarms = int(curve.kept[place]), int(curve.false_alarms[place])
    low, high = proportion_interval(kept, curve.frames, confidence=curve.confidence)
    return Stop(
        misses=int(curve.misses[place]),
        share=kept / curve.frames,
        low=low,
        high=high,
        alarms=alarms / max(curve.negatives, 1),
        bound=rounded_down(float(curve.bounds[place]), digits=5),
    )
