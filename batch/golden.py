"""The self-test: a few usual frames, and whether the voters still say of them what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from batch.observe import Observer
from batch.score import look_at
from models.frames import Frame
from models.limits import Limits
from monitoring.attributes import Pixels
from monitoring.observation import Floats, Observations, rank_of
from monitoring.profile import Golden, Profile

GOLDEN_FRAMES = 6

MOST_SCORE_CHANGE = 0.01
"""Other providers and precisions round otherwise; a changed resize moves scores by more."""

MOST_EMBEDDING_CHANGE = 0.02
"""The same for the length of the difference of two embeddings of length 1."""


@dataclass(frozen=True, slots=True)
class Replay:
    """One voter, asked again about the golden frames.

    Args:
        voter: Its name.
        score_change: The largest change of a score; infinite when it gave a score only once.
        embedding_change: The largest length of a difference of embeddings; 0 without any.
    """

    voter: str
    score_change: float
    embedding_change: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether the voter is not what it was."""
        return (
            self.score_change > MOST_SCORE_CHANGE or self.embedding_change > MOST_EMBEDDING_CHANGE
        )


def golden_of(observer: Observer, seen: Observations, limits: Limits) -> Golden:
    """Return a few frames, and what the voters say of them.

    Args:
        observer: With the ensemble.
        seen: Frames whose places may be pictures; the chosen are the same in every run.
        limits: What one picture may cost.
    """
    places = [
        seen.places[row] for row in sorted(range(len(seen)), key=lambda r: rank_of(seen.ids[r]))
    ]
    pixels: list[Pixels] = []
    for place in places:
        if len(pixels) == GOLDEN_FRAMES:
            break
        looked = look_at(
            Path(place),
            enough_px=observer.ensemble.enough_px,
            enough_scale=observer.ensemble.enough_scale,
            limits=limits,
        )
        if looked.frame is not None:
            pixels.append(looked.frame.pixels)
    scores, embeddings = _asked(observer, pixels)
    return Golden(tuple(pixels), scores, embeddings)


def replay(observer: Observer, profile: Profile) -> list[Replay]:
    """Return what became of each voter since the profile was made."""
    golden = profile.golden
    scores, embeddings = _asked(observer, golden.pixels)
    return [
        Replay(
            voter,
            _largest_change(golden.scores[:, column], scores[:, column]),
            _largest_distance(golden.embeddings, embeddings)
            if voter == profile.identity.encoder
            else 0.0,
        )
        for column, voter in enumerate(profile.identity.voters)
    ]


def _asked(observer: Observer, pixels: Sequence[Pixels]) -> tuple[Floats, Floats]:
    """Return the scores (n, v) and embeddings (n, d) of frames, each asked by itself."""
    said = []
    for each in pixels:
        frame = Frame.of_pixels(each)
        [verdict] = observer.ensemble.gate.judge([frame], ask_all=True)
        said.append(observer.observe(frame, verdict, "golden"))
    embeddings = [each.embedding for each in said if each.embedding is not None]
    seen = Observations.of(
        said,
        voters=len(observer.voters),
        dimension=len(embeddings[0]) if embeddings else 0,
    )
    return seen.scores, seen.embeddings


def _largest_change(before: Floats, now: Floats) -> float:
    if (np.isnan(before) != np.isnan(now)).any():
        return float("inf")
    return float(np.nanmax(np.abs(now - before), initial=0.0))


def _largest_distance(before: Floats, now: Floats) -> float:
    if before.shape != now.shape:
        return float("inf")
    return float(np.linalg.norm(now - before, axis=1).max(initial=0.0))
