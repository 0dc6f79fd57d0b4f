"""Worlds of numbers: flights whose frames are alike, and gates that scored them."""

from collections.abc import Sequence

import numpy as np

from monitoring.attributes import ATTRIBUTE_OF
from monitoring.identity import Identity
from monitoring.make_profile import make_profile
from monitoring.observation import Observations
from monitoring.profile import Golden, Profile
from monitoring.simulation import Effort

DIMENSION = 24
VOTERS = ("specialist", "clip")
THRESHOLDS = (0.6, 0.7)
IDENTITY = Identity(
    ensemble="demo",
    encoder="clip",
    made_by={"specialist": "a" * 16, "clip": "b" * 16},
    thresholds=dict(zip(VOTERS, THRESHOLDS, strict=True)),
    vote="or",
)
NO_GOLDEN = Golden((), np.zeros((0, 2), np.float32), np.zeros((0, DIMENSION), np.float32))
QUICK = Effort(worlds=10, panes=60)


def frames_of(
    flights: int,
    *,
    each: int = 6,
    seed: int = 0,
    shift: float = 0.0,
    brightness: float = 0.0,
    broken: Sequence[str] = (),
    embedded: bool = True,
) -> Observations:
    """Return frames of flights that differ, taken one after another.

    Args:
        flights: How many.
        each: Frames of one.
        seed: Of everything.
        shift: Added to each number of the embedding, in its deviations.
        brightness: Added to the brightness, in its deviations.
        broken: Voters that score at random.
        embedded: Whether there are embeddings.
    """
    rng = np.random.default_rng(seed)
    count = flights * each
    flight = np.repeat(np.arange(flights), each)
    axes = np.random.default_rng(99).normal(size=(6, DIMENSION)) / np.sqrt(6)
    content = rng.normal(size=(flights, 6))[flight] + 0.5 * rng.normal(size=(count, 6))
    embeddings = content @ axes + 0.3 * rng.normal(size=(count, DIMENSION)) + shift
    attributes = rng.normal(size=(flights, len(ATTRIBUTE_OF)))[flight] + 0.5 * rng.normal(
        size=(count, len(ATTRIBUTE_OF))
    )
    attributes[:, 0] += brightness
    score = 1 / (1 + np.exp(-content[:, :1] + 0.4 * rng.normal(size=(count, 2))))
    for voter in broken:
        score[:, VOTERS.index(voter)] = rng.uniform(size=count)
    return Observations(
        ids=tuple(f"frame {seed} {number}" for number in range(count)),
        flights=tuple(f"flight {seed} {number}" for number in flight),
        attributes=attributes,
        scores=score.astype(np.float32),
        kept=np.asarray((score >= THRESHOLDS).any(axis=1)),
        embeddings=embeddings.astype(np.float32) if embedded else np.zeros((count, 0), np.float32),
        seconds=np.arange(count, dtype=np.float64) * 2,
        places=("",) * count,
    )


def profile_of(frames: Observations | None = None) -> Profile:
    """Return a profile of usual flights."""
    return make_profile(frames or frames_of(160, seed=1), IDENTITY, NO_GOLDEN, effort=QUICK)
