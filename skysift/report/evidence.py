"""What the promise rests on, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from ensembles.calibrate import Calibration, Method
from ensembles.certificate import Certificate, LabelCheck
from ensembles.point import OperatingPoint
from ensembles.score_table import NEGATIVE, POSITIVE, ScoreTable
from skysift.report.wording import bound_percent, count, exact_percent, percent

HOW_IT_WAS_PAID: dict[Method, str] = {
    "one rule": "one rule, fixed before the labels were seen: there was no choice to pay for",
    "split": "half of the groups chose the rule, the other half certified it",
    "delta / M": "every rule was certified at once, at a confidence that pays for all of them",
    "on average": "conformal risk control: holds on average, not guaranteed",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the evidence table."""

    name: str
    value: str


def evidence_of(
    table: ScoreTable, calibration: Calibration, certificate: Certificate | None, things: str
) -> Iterator[Evidence]:
    """Yield what the promise rests on, as the certificate has it."""
    point, promise = calibration.point, calibration.promise
    yield Evidence(
        "Promise",
        f"recall at least {exact_percent(promise.recall)}, "
        f"with confidence {exact_percent(promise.confidence)}",
    )
    yield Evidence("Rule", point.candidate.name)
    for name, threshold in point.thresholds_of(table.voters).items():
        yield Evidence(f"Threshold of {name}", f"{threshold:.6g}")
    for name, floor in point.floors_of(table.voters).items():
        yield Evidence(f"Floor of {name}", f"{floor:.6g}: below it, it ends a frame by itself")
    yield Evidence(
        "Certified on",
        f"{count(point.positives)} {things}, {count(point.misses)} missed{_charged(point)}",
    )
    yield Evidence("Guaranteed recall", f"{bound_percent(point.bound)} (exact, Clopper-Pearson)")
    yield Evidence(
        "Frames to review",
        f"{count(point.kept)} of {count(point.frames)}: {percent(point.share_kept)} "
        f"({percent(point.share_low)} to {percent(point.share_high)})",
    )
    yield Evidence("Frames that show the target", _prevalence(table))
    yield Evidence("How the choice was paid", HOW_IT_WAS_PAID[calibration.method])
    yield Evidence("Rules looked at", str(len(calibration.rivals)))
    yield Evidence(
        "Seed of the split", "none" if calibration.seed is None else str(calibration.seed)
    )
    yield from _papers(certificate)


def _charged(point: OperatingPoint) -> str:
    extra = point.charged - point.misses
    return f", {count(extra)} more counted for the floor" if extra else ""


def _prevalence(table: ScoreTable) -> str:
    positive = int((table.labels == POSITIVE).sum())
    known = positive + int((table.labels == NEGATIVE).sum())
    unlabelled = len(table) - known
    text = f"{count(positive)} of {count(known)} labelled: {percent(positive / known)}"
    return f"{text}; {count(unlabelled)} not labelled" if unlabelled else text


def _papers(certificate: Certificate | None) -> Iterator[Evidence]:
    if certificate is None:
        yield Evidence("Certificate", "none: this calibration was not written down as one")
        return
    yield Evidence("Ensemble", certificate.ensemble)
    yield Evidence("Ensemble digest", certificate.digest or "none: made from scores alone")
    yield Evidence("Certificate", certificate.id)
    yield Evidence("Scores, SHA-256", certificate.scores_sha256 or "not from a file")
    yield Evidence("Labels", _label_check(certificate.label_check))
    yield Evidence("Made", f"{certificate.made_at:%d %B %Y, %H:%M} UTC")
    yield Evidence("Skysift", certificate.skysift_version)


def _label_check(check: LabelCheck | None) -> str:
    if check is None:
        return "no second look"
    return "blind second look" if check.complete else "blind second look, not complete"
