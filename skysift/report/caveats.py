"""What the guarantee does not say."""

from collections.abc import Iterator

from ensembles.calibrate import Calibration
from ensembles.certificate import Certificate
from skysift.report.figures import Figures
from skysift.report.wording import exact_percent, percent


def caveats_of(
    calibration: Calibration, certificate: Certificate | None, figures: Figures, things: str
) -> Iterator[str]:
    """Yield what the guarantee does not say, most important first."""
    yield _chance_caveat(calibration)
    yield (
        f"It speaks of {things} like the labelled ones: the same sensor, heights, terrain, "
        f"season and weather. {_scope(certificate)}"
    )
    yield (
        f"It is a share of all {things} together. A single flight, or a kind of {things} that "
        "is rare here, can fare much worse; only the parts marked as certified are covered."
    )
    yield (
        "It holds for one recall, fixed before the labels were seen. The dial on this page "
        "explores; a recall picked from it is promised by calibrating again on fresh labels."
    )
    yield _share_caveat(figures)
    yield _label_caveat(certificate)
    yield "It is void as soon as a model, a prompt, a threshold or the preprocessing changes."


def _chance_caveat(calibration: Calibration) -> str:
    if calibration.method == "on average":
        return (
            "It is not guaranteed. The recall holds on average over calibrations; the one at hand "
            "lies below it with a probability of about 40 %, and nothing here would show it."
        )
    return (
        f"It is not certain. In up to {exact_percent(calibration.promise.delta)} of all "
        "calibrations made like this one, the true recall lies below the promise, and nothing on "
        "this page would show it."
    )


def _scope(certificate: Certificate | None) -> str:
    if certificate is None or not certificate.scope:
        return "Nobody wrote down what those were."
    named = "; ".join(f"{name}: {value}" for name, value in certificate.scope.items())
    return f"Written down for it: {named}."


def _share_caveat(figures: Figures) -> str:
    stop = figures.certified.stops[figures.start]
    here = f", {percent(stop.alarms)} here" if stop else ""
    return (
        "The share to review is counted on these frames. Where the target is rarer, it comes "
        f"close to the share of frames without it that pass{here}."
    )


def _label_caveat(certificate: Certificate | None) -> str:
    check = certificate.label_check if certificate else None
    if check is None:
        return (
            "It trusts the labels, which had no second look. With a few percent of wrong labels "
            "no recall near one can be reached, whatever the models do."
        )
    rest = "" if check.complete else f"; {check.misses_unchecked} misses still wait for theirs"
    return (
        f"It trusts the labels: {check.misses_checked} misses and {check.hits_checked} hits had "
        f"a blind second look, which changed {check.labels_changed}{rest}."
    )
