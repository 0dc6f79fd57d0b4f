"""`skysift plan`: what a promise costs before anything is labelled."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ensembles.average import needed_on_average
from ensembles.bounds import Promise
from ensembles.errors import ConfigError
from ensembles.plan import Audit, Step, audit_for, steps
from skysift.calibrate import promise_of

POWERS = (0.8, 0.9)
"""Chances of being certified that are planned for."""

AFFORDABLE = 5000
"""Frames that a person looks through in less than half a working day, at two seconds each."""

RULES = 6
"""Every voter, OR, 2-of-3 and AND, of three voters."""


def plan(
    *,
    recall: Annotated[float, typer.Option(help="Share of objects to be found at least.")],
    confidence: Annotated[float, typer.Option(help="How sure to be of that.")] = 0.95,
    true_recall: Annotated[
        float | None, typer.Option(help="What the gate is thought to reach; default: half-way.")
    ] = None,
    prevalence: Annotated[
        float | None, typer.Option(help="Share of frames that show the target.")
    ] = None,
    share_kept: Annotated[
        float | None, typer.Option(help="Share of frames that would go to review.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """See what a promise costs in labels.

    Says how many positives to label for how many allowed misses, and what an audit of the
    skipped frames would cost instead.
    """
    promise = promise_of(recall, confidence)
    truth = _true_recall(promise, true_recall)
    needs = _needs(promise, truth)
    audit = _audit(promise, prevalence, share_kept)
    if as_json:
        typer.echo(json.dumps(_facts(promise, truth, needs, audit, prevalence), indent=2))
    else:
        typer.echo("\n".join(_lines(promise, truth, needs, audit, prevalence)))


Needs = dict[float, int]
"""Positives by the chance of being certified."""


def _true_recall(promise: Promise, asked: float | None) -> float:
    """Return the recall to plan with: half as many misses as allowed, where nobody says more."""
    truth = 1 - (1 - promise.recall) / 2 if asked is None else asked
    if not promise.recall < truth <= 1:
        raise ConfigError(
            f"--true-recall {truth:g}: must lie above the promised {promise.recall:g}, at most 1; "
            "a gate that is no better than its promise cannot be certified"
        )
    return truth


def _needs(promise: Promise, truth: float) -> Needs:
    return {power: promise.positives_for_power(power, true_recall=truth) for power in POWERS}


def _audit(promise: Promise, prevalence: float | None, share_kept: float | None) -> Audit | None:
    if prevalence is None:
        return None
    try:
        return audit_for(promise, prevalence=prevalence, share_kept=share_kept or 0.0)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _lines(
    promise: Promise, truth: float, needs: Needs, audit: Audit | None, prevalence: float | None
) -> Iterator[str]:
    yield f"recall at least {promise.recall:g}, with confidence {promise.confidence:g}"
    yield f"  misses allowed   positives to label   certified, if the recall is {truth:g}"
    for step in steps(promise, true_recall=truth):
        yield f"  {step.misses:>14}   {step.positives:>18}   {step.power:>8.1%}"
    for power, positives in needs.items():
        yield f"for a chance of {power:.0%}: {positives} positives{_frames(positives, prevalence)}"
    shared = promise.shared_by(RULES)
    yield (
        f"for the best of {RULES} rules: at least {shared.positives_needed()} positives, or from "
        f"150 on twice those above (half of them choose)"
    )
    yield (f"for a recall that only holds on average: at least {needed_on_average(promise.recall)}")
    if audit:
        yield (
            f"an audit instead: {audit.frames} random skipped frames without a single positive "
            f"(at most {audit.upper_bound:.3%} positives among the skipped)"
        )
    yield f"the cheapest way: {_advice(needs, audit, prevalence)}"


def _frames(positives: int, prevalence: float | None) -> str:
    return f", in about {positives / prevalence:.0f} random frames" if prevalence else ""


def _advice(needs: Needs, audit: Audit | None, prevalence: float | None) -> str:
    """Return in words which of the ways takes the fewest looks."""
    positives = needs[POWERS[0]]
    collect = f"collect {positives} positive objects, from wherever they are known to be"
    if audit is None or prevalence is None:
        return f"{collect}; name --prevalence to compare with an audit"
    at_random = positives / prevalence
    if at_random < audit.frames:
        return (
            f"label about {at_random:.0f} random frames, which hold {positives} positives; an "
            f"audit would take {audit.frames}"
        )
    if audit.frames <= AFFORDABLE:
        return f"audit {audit.frames} skipped frames; positives at random cost {at_random:.0f}"
    return (
        f"{collect}; found at random they cost {at_random:.0f} frames, an audit {audit.frames}. "
        "Audit to notice trouble, not to prove the recall"
    )


def _facts(
    promise: Promise, truth: float, needs: Needs, audit: Audit | None, prevalence: float | None
) -> dict[str, Any]:
    return {
        "recall": promise.recall,
        "confidence": promise.confidence,
        "true_recall": truth,
        "steps": [_step(step) for step in steps(promise, true_recall=truth)],
        "positives_for_power": {f"{power:g}": needs[power] for power in needs},
        "positives_for_the_best_of_6": promise.shared_by(RULES).positives_needed(),
        "positives_on_average": needed_on_average(promise.recall),
        "audit_frames": audit.frames if audit else None,
        "advice": _advice(needs, audit, prevalence),
    }


def _step(step: Step) -> dict[str, float]:
    return {"misses": step.misses, "positives": step.positives, "power": step.power}
