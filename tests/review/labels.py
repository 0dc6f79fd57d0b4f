"""Labels and frames of the blind sample, made up."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

from ensembles.votes import Decision
from review.database import Database
from review.labels import Label
from review.sample import SampledFrame
from review.store import ReviewStore

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
DIGEST = "d" * 64


def store_in(folder: Path) -> ReviewStore:
    return ReviewStore(Database(f"sqlite:///{folder / 'review.sqlite'}"))


def frame_id(name: object) -> str:
    return sha256(str(name).encode()).hexdigest()


def sampled(
    name: object,
    decision: Decision = "review",
    *,
    ensemble: str = "demo",
    digest: str = DIGEST,
    propensity: float = 1.0,
    least: float | None = None,
) -> SampledFrame:
    return SampledFrame(
        ensemble, digest, frame_id(name), decision, propensity, least or propensity, NOW
    )


def label(
    name: object,
    what: Literal["positive", "negative"] = "positive",
    *,
    target: str = "",
    by: str = "anna",
    minutes: float = 0,
) -> Label:
    return Label(
        frame=frame_id(name),
        label=what,
        object=target,
        by=by,
        at=NOW + timedelta(minutes=minutes),
    )
