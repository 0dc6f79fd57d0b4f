"""A certificate made from a calibration and the frames it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ensembles.calibrate import Calibration
from ensembles.certificate import Certificate, LabelCheck, Share, Slice
from ensembles.replay import SECONDS_PER_FRAME, Proportion
from ensembles.score_table import NEGATIVE, NOBODY, POSITIVE, ScoreTable


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a certificate says besides the numbers of the calibration.

    Args:
        ensemble: Name of the ensemble.
        digest: Of the ensemble as it was written; None when nobody knows it.
        skysift_version: That made it.
        seconds_per_frame: What a look at one frame costs a person.
        slices: The promise on each part.
        label_check: What the second look found; None when there was none.
        scope: What it holds for, in words.
        scores_sha256: Of the score table.
    """

    ensemble: str
    digest: str | None
    skysift_version: str
    seconds_per_frame: float = SECONDS_PER_FRAME
    slices: Sequence[Slice] = ()
    label_check: LabelCheck | None = None
    scope: Mapping[str, str] = field(default_factory=dict)
    scores_sha256: str | None = None


def certificate_of(
    calibration: Calibration, table: ScoreTable, about: Circumstances
) -> Certificate:
    """Return the certificate of a calibration.

    Args:
        calibration: Of a method that keeps its promise with confidence.
        table: The frames that certified.
        about: Everything else.

    Raises:
        ValueError: The calibration promises an average only.
    """
    if calibration.method == "on average":
        raise ValueError("a recall that holds on average gets no certificate")
    point = calibration.point
    thresholds = point.thresholds_of(table.voters)
    return Certificate(
        ensemble=about.ensemble,
        digest=about.digest,
        rule=point.candidate.name,
        thresholds=thresholds,
        floors=point.floors_of(table.voters),
        recall=calibration.promise.recall,
        confidence=calibration.promise.confidence,
        counted="objects" if (table.objects != NOBODY).any() else "frames",
        positives=point.positives,
        misses=point.misses,
        charged_misses=point.charged if point.candidate.rule.gatekeepers else None,
        bound=point.bound,
        share_kept=Share(
            successes=point.kept, trials=point.frames, low=point.share_low, high=point.share_high
        ),
        prevalence=prevalence_of(table, confidence=calibration.promise.confidence),
        review_seconds_per_frame=about.seconds_per_frame,
        review_hours_per_1000_frames=point.share_kept * 1000 * about.seconds_per_frame / 3600,
        method=calibration.method,
        rules_tried=len(calibration.rivals),
        seed=calibration.seed,
        slices=tuple(about.slices),
        label_check=about.label_check,
        scope=dict(about.scope),
        scores_sha256=about.scores_sha256,
        skysift_version=about.skysift_version,
        scales={
            voter: _shortest(scale.knots)
            for voter, scale in zip(thresholds, calibration.scales, strict=True)
        },
    )


def share_of(successes: int, trials: int, *, confidence: float) -> Share:
    """Return a share with its exact two-sided interval."""
    low, high = Proportion(successes, trials, confidence).interval
    return Share(successes=successes, trials=trials, low=low, high=high)


def prevalence_of(table: ScoreTable, *, confidence: float) -> Share:
    """Return the share of positive frames among the labelled ones."""
    positive = int((table.labels == POSITIVE).sum())
    labelled = positive + int((table.labels == NEGATIVE).sum())
    return share_of(positive, labelled, confidence=confidence)


def _shortest(knots: npt.NDArray[np.float32]) -> tuple[float, ...]:
    """Return the shortest decimals that are these float32 numbers again when read as such."""
    return tuple(float(str(knot)) for knot in knots)
