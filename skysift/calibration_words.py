"""A calibration in words for people, and as JSON for programs."""

from collections.abc import Iterator
from typing import Any

from ensembles.calibrate import TooFewPositivesError
from ensembles.certify import prevalence_of
from ensembles.point import OperatingPoint
from ensembles.replay import Proportion
from ensembles.rivalry import rivalry
from ensembles.score_table import NOBODY
from skysift.calibration_files import Files
from skysift.calibration_job import Finished, Wish
from skysift.report.verdict import verdict_on_voting

SLICES_SHOWN = 8
"""Lines on the screen; the certificate has them all."""

PAID = {
    "one rule": "one rule, fixed beforehand",
    "split": "half of the groups chose the rule, the other half certified it",
    "delta / M": "each rule looked at had to keep the promise at delta / M",
    "on average": "conformal risk control: it holds on average, not guaranteed",
}


def lines_of(done: Finished, wish: Wish, files: Files) -> Iterator[str]:
    """Yield what was promised, what it costs, and what was written."""
    calibration, point = done.calibration, done.calibration.point
    promise = calibration.promise
    counted = _counted(done)
    if wish.average:
        yield f"recall {promise.recall:g} holds on average, not guaranteed: no certificate"
    else:
        yield f"recall at least {promise.recall:g}, with confidence {promise.confidence:g}"
    yield f"  rule        {point.candidate.name}"
    for voter, threshold in point.thresholds_of(done.frames.table.voters).items():
        yield f"  threshold   {voter}: {threshold:.6g}"
    yield from _floors(done)
    evidence = f"{point.misses} of {point.positives} {counted} missed{_charged(point)}"
    yield f"  evidence    {evidence}: at least {point.bound:.4f} with that confidence"
    yield (
        f"  to review   {point.share_kept:.2%} of {point.frames} frames "
        f"({point.share_low:.2%} to {point.share_high:.2%}), "
        f"{_hours(point, wish):.2f} h for 1000 frames like these"
    )
    yield f"  method      {PAID[calibration.method]}{_seed(calibration.seed)}"
    yield from _rivals(done)
    yield from _slices(done)
    yield from _written(files)


def _floors(done: Finished) -> Iterator[str]:
    table = done.look.corrected
    for voter, floor in done.calibration.point.floors_of(table.voters).items():
        share = float((table.of_voters([voter]).scores < floor).mean())
        yield f"  floor       {voter}: {floor:.6g}, ends {share:.2%} of the frames by itself"
        if (place := table.voters.index(voter)) > 0:
            yield f"              but {place} others are asked first: list {voter} before them"


def _charged(point: OperatingPoint) -> str:
    extra = point.charged - point.misses
    return f" (and {extra} more counted for the floor)" if extra else ""


def _rivals(done: Finished) -> Iterator[str]:
    if len(done.calibration.rivals) == 1:
        return
    where = " on the half that chose" if done.calibration.method == "split" else ""
    shares = sorted(done.calibration.rivals, key=lambda point: point.share_kept)
    listed = ", ".join(f"{point.candidate.name} {point.share_kept:.2%}" for point in shares)
    yield f"  looked at   {listed}{where}"
    yield f"  voting      {verdict_on_voting(done.look.corrected, done.calibration)}"


def _slices(done: Finished) -> Iterator[str]:
    if not done.slices:
        return
    certified = sum(part.certified for part in done.slices)
    if done.calibration.point.candidate.rule.gatekeepers:
        yield "  slices      counted only: with a floor, no part is certified by itself"
    else:
        yield f"  slices      {certified} of {len(done.slices)} certified by themselves"
    for part in done.slices[:SLICES_SHOWN]:
        standing = "certified" if part.certified else "not certified"
        yield f"              {part.name}: {part.misses} of {part.positives} missed, {standing}"
    if len(done.slices) > SLICES_SHOWN:
        yield f"              and {len(done.slices) - SLICES_SHOWN} more, see the certificate"


def _written(files: Files) -> Iterator[str]:
    yield f"wrote {files.ensemble} and {files.report}"
    if files.certified:
        yield f"wrote {files.certificate}: certificate {files.certified.id}"
    if files.certified and files.unbound:
        yield f"the certificate is bound to no ensemble yet: {files.unbound}"
    if files.relabel:
        yield (
            f"wrote {files.relabel}: look at these frames again without knowing the scores, fill "
            f"in `label`, and calibrate again with --relabelled {files.relabel}"
        )
    elif files.certified and files.certified.label_check:
        yield "every miss had its second look: the labels are checked"


def facts_of(done: Finished, wish: Wish, files: Files) -> dict[str, Any]:
    """Return the same for programs."""
    calibration, point = done.calibration, done.calibration.point
    table = done.look.corrected.take(done.certifying)
    return {
        "certified": files.certified is not None,
        "promise": "on average, not guaranteed" if wish.average else "with confidence",
        "recall": calibration.promise.recall,
        "confidence": calibration.promise.confidence,
        "counted": _counted(done),
        **_point_facts(done, point),
        "prevalence": prevalence_of(table, confidence=calibration.promise.confidence).model_dump(),
        "review_hours_per_1000_frames": _hours(point, wish),
        "method": calibration.method,
        "seed": calibration.seed,
        "rivals": [_point_facts(done, rival) for rival in calibration.rivals],
        "voting": _voting(done),
        "slices": [part.model_dump() for part in done.slices],
        "label_check": _label_check(files),
        "certificate_id": files.certified.id if files.certified else None,
        "digest": files.certified.digest if files.certified else None,
        "files": {
            name: str(path)
            for name in ("ensemble", "certificate", "report", "relabel")
            if (path := getattr(files, name)) is not None
        },
    }


def refusal_facts(error: TooFewPositivesError) -> dict[str, Any]:
    """Return a refusal for programs."""
    return {
        "certified": False,
        "positives": error.have,
        "positives_needed": error.need,
        "message": str(error),
    }


def share_facts(share: Proportion) -> dict[str, Any]:
    """Return a share of whole numbers with its interval, for programs."""
    low, high = share.interval
    return {
        "successes": share.successes,
        "trials": share.trials,
        "share": share.share,
        "low": low,
        "high": high,
    }


def _point_facts(done: Finished, point: OperatingPoint) -> dict[str, Any]:
    return {
        "rule": point.candidate.name,
        "thresholds": point.thresholds_of(done.frames.table.voters),
        "floors": point.floors_of(done.frames.table.voters),
        "n": point.positives,
        "misses": point.misses,
        "charged_misses": point.charged,
        "bound": point.bound,
        "share_kept": point.share_kept,
        "share_kept_interval": [point.share_low, point.share_high],
        "frames": point.frames,
    }


def _voting(done: Finished) -> dict[str, Any] | None:
    found = rivalry(done.look.corrected.take(done.certifying), done.calibration)
    if found is None:
        return None
    return {
        "better": found.better,
        "single": found.single.candidate.name,
        "vote": found.vote.candidate.name,
        "frames_only_single": found.only_single,
        "frames_only_vote": found.only_vote,
        "frames": found.frames,
        "words": verdict_on_voting(done.look.corrected, done.calibration),
    }


def _label_check(files: Files) -> dict[str, Any] | None:
    check = files.certified.label_check if files.certified else None
    return {**check.model_dump(), "complete": check.complete} if check else None


def _counted(done: Finished) -> str:
    return "objects" if (done.frames.table.objects != NOBODY).any() else "frames"


def _hours(point: OperatingPoint, wish: Wish) -> float:
    return point.share_kept * 1000 * wish.seconds_per_frame / 3600


def _seed(seed: int | None) -> str:
    return "" if seed is None else f" (seed {seed})"
