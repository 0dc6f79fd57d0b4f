"""The frames that moved a run most, with usual frames beside them."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from monitoring.attributes import Pixels
from monitoring.findings import Finding
from monitoring.frame_ranking import frames_that_moved
from monitoring.observation import Observations
from monitoring.profile import Profile
from monitoring.reference import EmbeddingReference, Rows
from monitoring.run_drift import RunDrift
from skysift.report.thumbnails import thumbnail

JPEG_QUALITY = 72
MOST_FRAMES = 10


@dataclass(frozen=True, slots=True)
class Moved:
    """One frame that moved the run.

    Args:
        name: Where it lies, for people.
        flight: It is of.
        picture: A data URI; None when it is not at hand.
        usual: The usual frame that stands for what is nearest to it; None without one.
    """

    name: str
    flight: str
    picture: str | None
    usual: str | None


@dataclass(frozen=True, slots=True)
class Gallery:
    """The frames, the first moved the run most, and by what they were ranked."""

    by: str
    frames: tuple[Moved, ...]


def gallery_of(found: RunDrift, frames: Observations, profile: Profile) -> Gallery | None:
    """Return the ten frames that moved the run most; None when nothing drifted."""
    worst = _worst(found)
    if worst is None:
        return None
    finding, rows = worst
    chosen = frames.take(rows)
    by, order = frames_that_moved(chosen, profile, finding, most=MOST_FRAMES)
    return Gallery(by, tuple(_moved(rows[place], frames, profile) for place in order))


def _worst(found: RunDrift) -> tuple[Finding, Rows] | None:
    """Return what drifted most, and its frames: an alarming window, or else a flight."""
    alarming = [
        (finding, last)
        for last, judged in enumerate(found.windows)
        for finding in judged.findings
        if finding.alarms
    ]
    if alarming:
        finding, last = max(alarming, key=lambda each: each[0].score)
        panes = found.windows[last + 1 - finding.panes : last + 1]
        numbers = [number for judged in panes for number in judged.pane.numbers]
        return finding, np.array(numbers, dtype=np.intp)
    if found.unusual:
        flights = found.unusual
        return flights[0].finding, np.concatenate([flight.rows for flight in flights])
    return None


def _moved(row: int, frames: Observations, profile: Profile) -> Moved:
    place = frames.places[row]
    return Moved(
        name=place or frames.ids[row][:12],
        flight=frames.flights[row],
        picture=thumbnail(Path(place)) if place else None,
        usual=_nearest_usual(frames.embeddings[row], profile),
    )


def _nearest_usual(
    embedding: np.ndarray[tuple[int], np.dtype[np.float32]], profile: Profile
) -> str | None:
    usual = profile.reference.embedding
    if usual is None or not profile.examples or not np.isfinite(embedding).all():
        return None
    return _as_uri(profile.examples[_nearest(embedding, usual, profile.example_clusters)])


def _nearest(
    embedding: np.ndarray[tuple[int], np.dtype[np.float32]],
    usual: EmbeddingReference,
    clusters: Sequence[int],
) -> int:
    middles = usual.clusters[list(clusters)] + usual.centre
    return int(((middles - embedding) ** 2).sum(axis=1).argmin())


def _as_uri(pixels: Pixels) -> str:
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + b64encode(encoded.getvalue()).decode()
