"""What a conversion changed, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ensembles.certificate import Status
from ensembles.config import EnsembleConfig
from ensembles.score_changes import QUANTILES, DecisionChange, ScoreChange
from models.convert import Converted
from skysift.conversion_frames import Divided

MB = 1e6
NAMED_FRAMES = 10
"""Shown of each direction; the report in JSON has them all."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was converted, and what that changed on frames that no range was taken from.

    Args:
        config: The ensemble as it is now.
        digests: Before and after.
        frames: Which gave the ranges, which were compared.
        converted: One entry per voter that names a precision.
        scores: The same, in the same order.
        decisions: Of the gate.
        costs: CPU milliseconds per view by voter, before and after.
        standing: Of the certificate that the file names.
    """

    config: EnsembleConfig
    digests: tuple[str, str]
    frames: Divided
    converted: tuple[Converted, ...]
    scores: tuple[ScoreChange, ...]
    decisions: DecisionChange
    costs: tuple[Mapping[str, float], Mapping[str, float]]
    standing: Status


def lines_of(report: Report) -> Iterator[str]:
    """Yield the report for people: what it does to recall first."""
    changed, frames = report.decisions, report.frames
    yield (
        f"{len(frames.for_ranges)} frames gave the ranges, {len(frames.held_out)} others are "
        f"compared; {len(frames.unreadable)} could not be read, {frames.repeated} are copies"
    )
    yield (
        f"{len(changed.to_skip)} of {changed.were_review} frames go from review to skip: "
        f"{_bound(changed)}"
    )
    yield from _named(changed.to_skip)
    were_skip = changed.frames - changed.were_review
    yield f"{len(changed.to_review)} of {were_skip} frames go from skip to review"
    yield from _named(changed.to_review)
    for one, moved in zip(report.converted, report.scores, strict=True):
        yield from _lines_of_voter(one, moved, report)
    yield f"digest {report.digests[0][:12]} becomes {report.digests[1][:12]}; {_advice(report)}"


def _bound(changed: DecisionChange) -> str:
    if not changed.were_review:
        return "none was review, so this says nothing about recall; take frames with targets"
    return f"of all such frames up to {changed.lost.interval[1]:.1%} may (95 % interval)"


def _named(sources: tuple[str, ...]) -> Iterator[str]:
    for source in sources[:NAMED_FRAMES]:
        yield f"  {source}"
    if len(sources) > NAMED_FRAMES:
        yield f"  and {len(sources) - NAMED_FRAMES} more, in --json"


def _lines_of_voter(one: Converted, moved: ScoreChange, report: Report) -> Iterator[str]:
    quantiles = ", ".join(
        f"{share:.0%} within {value:.4f}"
        for share, value in zip(QUANTILES, moved.quantiles, strict=True)
    )
    old, new = (costs[one.voter] for costs in report.costs)
    how = "was there already" if one.was_there else f"took {one.seconds:.1f} s"
    yield f"voter {one.voter}: {one.precision}, {how}: {one.network}"
    yield (
        f"  scores of {moved.views} views move by {moved.mean:.4f} in the mean, {quantiles}, "
        f"all within {moved.largest:.4f}"
    )
    yield (
        f"  {moved.lost} votes go from yes to no, {moved.gained} from no to yes; "
        f"{moved.abstained} views have a score in one form only"
    )
    yield f"  {old:.1f} CPU ms a view become {new:.1f}{_worth(one, old, new)}"
    yield f"  {one.bytes_before / MB:.1f} MB become {one.bytes_after / MB:.1f}"


def _worth(one: Converted, old: float, new: float) -> str:
    if one.precision == "fp16":
        return "; what it is worth on a GPU, `python -m benchmarks.gpu` says there"
    return "" if new < old else ": not cheaper on this machine, leave it in fp32"


def _advice(report: Report) -> str:
    return {
        "void": "its certificate is void: run `skysift score` and `skysift calibrate` again",
        "none": "no recall is promised for it: run `skysift score` and `skysift calibrate`",
    }.get(report.standing, f"its certificate is {report.standing}")


def facts_of(report: Report) -> dict[str, Any]:
    """Return the report for programs."""
    changed, frames = report.decisions, report.frames
    before, after = report.costs
    return {
        "ensemble": report.config.name,
        "digest_before": report.digests[0],
        "digest_after": report.digests[1],
        "certificate": report.standing,
        "frames": {
            "for_ranges": len(frames.for_ranges),
            "held_out": len(frames.held_out),
            "copies": frames.repeated,
            "unreadable": {str(path): why for path, why in frames.unreadable.items()},
        },
        "decisions": {
            "review_to_skip": list(changed.to_skip),
            "skip_to_review": list(changed.to_review),
            "were_review": changed.were_review,
            "frames": changed.frames,
        },
        "voters": [
            {
                **asdict(moved),
                "quantiles": dict(zip(map(str, QUANTILES), moved.quantiles, strict=True)),
                "precision": one.precision,
                "network": str(one.network),
                "bytes_before": one.bytes_before,
                "bytes_after": one.bytes_after,
                "cpu_ms_before": before[one.voter],
                "cpu_ms_after": after[one.voter],
            }
            for one, moved in zip(report.converted, report.scores, strict=True)
        ],
    }
