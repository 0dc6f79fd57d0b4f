"""Makes a profile from usual frames: one part fits, one part sets limits, one part checks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ensembles.errors import ConfigError
from monitoring.attributes import Floats64
from monitoring.fit import fit
from monitoring.identity import Identity
from monitoring.limits import Limits, limits_of
from monitoring.observation import Observations
from monitoring.pane_state import State, rows_of
from monitoring.profile import Golden, Profile, SelfCheck
from monitoring.reference import Reference, Rows
from monitoring.simulation import (
    FRAMES_PER_FLIGHT,
    FRAMES_PER_PANE,
    USUAL_EFFORT,
    WINDOWS,
    Effort,
    simulate,
    state_of,
    thinned,
)
from monitoring.statistics import Baseline, statistics_of

FEWEST_FLIGHTS = 30
"""Below it nothing can be said of how flights differ."""

SHARES = (0.4, 0.8)
"""Flights before the first fit the reference, up to the second set limits, the rest check."""

NOMINAL = 0.01
CHECKED_WINDOWS = 1000
MAP_POINTS = 600


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Rows of each flight, by what they are used for."""

    fitting: list[Rows]
    limiting: list[Rows]
    checking: list[Rows]


def make_profile(
    frames: Observations,
    identity: Identity,
    golden: Golden,
    *,
    seed: int = 0,
    effort: Effort = USUAL_EFFORT,
) -> Profile:
    """Return the profile of usual frames, checked on flights that it was not made from.

    Args:
        frames: Usual ones of at least 30 flights.
        identity: The gate that scored them.
        golden: A few of them with their pixels.
        seed: Of the division, the clustering and the simulation.
        effort: How much is simulated.

    Raises:
        ConfigError: There are too few flights.
    """
    rng = np.random.default_rng(seed)
    parts = _divided(frames.flights, rng)
    thresholds = [identity.thresholds[voter] for voter in identity.voters]
    fitting = np.concatenate(parts.fitting)
    reference = fit(frames.take(fitting), _renumbered(parts.fitting), thresholds, seed=seed)
    rows = rows_of(frames, reference)
    limits = limits_of(simulate(rows, parts.limiting, reference, rng, effort=effort))
    baseline = Baseline.of(rows, parts.limiting)
    checked = _self_check(rows, parts.checking, reference, baseline, limits[WINDOWS[0]], rng)
    points, axes = _map(frames, reference, fitting, rng)
    return Profile(
        identity=identity,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        frames=len(frames),
        flights=len(set(frames.flights)),
        reference=reference,
        baseline=baseline,
        limits=limits,
        self_check=checked,
        golden=golden,
        map_points=points,
        map_axes=axes,
    )


def rows_by_flight(flights: Sequence[str]) -> dict[str, Rows]:
    """Return the rows of each flight, flights in the order of their first frame."""
    found: dict[str, list[int]] = {}
    for row, flight in enumerate(flights):
        found.setdefault(flight, []).append(row)
    return {flight: np.array(rows, dtype=np.intp) for flight, rows in found.items()}


def _divided(flights: Sequence[str], rng: np.random.Generator) -> _Parts:
    every = list(rows_by_flight(flights).values())
    if len(every) < FEWEST_FLIGHTS:
        raise ConfigError(
            f"{len(every)} flights are too few: limits rest on how flights differ, so at least "
            f"{FEWEST_FLIGHTS} usual ones are needed, and 200 are better (--group says what a "
            "flight is)"
        )
    shuffled = [every[index] for index in rng.permutation(len(every))]
    first, second = (int(share * len(every)) for share in SHARES)
    return _Parts(shuffled[:first], shuffled[first:second], shuffled[second:])


def _renumbered(flights: Sequence[Rows]) -> list[Rows]:
    """Return rows as they are when the frames of these flights stand one after another."""
    ends = np.cumsum([len(rows) for rows in flights])
    return [
        np.arange(end - len(rows), end, dtype=np.intp)
        for rows, end in zip(flights, ends, strict=True)
    ]


def _self_check(
    rows: State,
    flights: Sequence[Rows],
    reference: Reference,
    baseline: Baseline,
    limits: Limits,
    rng: np.random.Generator,
) -> SelfCheck:
    windows = np.stack([_checked_window(rows, flights, rng) for _ in range(CHECKED_WINDOWS)])
    scores = limits.score(statistics_of(windows, baseline, reference))
    alarms = int((scores > -np.log10(NOMINAL)).sum())
    return SelfCheck(len(flights), CHECKED_WINDOWS, alarms, NOMINAL)


def _checked_window(rows: State, flights: Sequence[Rows], rng: np.random.Generator) -> State:
    """Return a window of flights that are drawn once each, and of half of them at most.

    A window of nearly all of them would be one and the same window again and again.
    """
    most = min(WINDOWS[0] * FRAMES_PER_PANE // FRAMES_PER_FLIGHT, max(1, len(flights) // 2))
    drawn = rng.permutation(len(flights))[:most]
    return state_of(rows, [thinned(flights[index], rng) for index in drawn])


def _map(
    frames: Observations, reference: Reference, rows: Rows, rng: np.random.Generator
) -> tuple[Floats64, Floats64]:
    """Return usual embeddings along the two directions that vary most, and these directions."""
    usual = reference.embedding
    if usual is None or usual.dimension < 2:
        return np.zeros((0, 2)), np.zeros((0, 2))
    known = rows[np.isfinite(frames.embeddings[rows]).all(axis=1)]
    chosen = rng.choice(known, size=min(MAP_POINTS, len(known)), replace=False)
    axes = np.linalg.svd(frames.embeddings[known] - usual.centre, full_matrices=False)[2][:2].T
    return (frames.embeddings[chosen] - usual.centre) @ axes, np.asarray(axes, dtype=np.float64)
