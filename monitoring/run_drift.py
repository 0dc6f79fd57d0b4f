"""Drift of frames that are all there already: by flight, and over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.drift import Drift, Judged
from monitoring.findings import Finding, find
from monitoring.make_profile import rows_by_flight
from monitoring.observation import Observations, rank_of
from monitoring.pane_state import rows_of
from monitoring.panes import Arrival
from monitoring.profile import Profile
from monitoring.reference import Rows
from monitoring.simulation import FRAMES_PER_FLIGHT, ONE_FLIGHT, state_of

UNUSUAL_FLIGHT = 3.0
"""Score from which a flight by itself is called unusual: one usual flight in a thousand."""


@dataclass(frozen=True, slots=True, eq=False)
class FlightDrift:
    """One flight held against the profile.

    Args:
        name: Of the flight.
        frames: How many it has.
        seconds: When its first frame was taken, POSIX; NaN when nobody knows.
        finding: What its frames say, five of them at most.
        rows: All its frames.
    """

    name: str
    frames: int
    seconds: float
    finding: Finding
    rows: Rows

    @property
    def unusual(self) -> bool:
        """Whether it is not like those of the profile."""
        return self.finding.alarms


@dataclass(frozen=True, slots=True, eq=False)
class RunDrift:
    """Drift of a run.

    Args:
        flights: The least usual first.
        windows: What every pane that closed says, in order.
        left_over: Frames that did not fill a pane.
    """

    flights: tuple[FlightDrift, ...]
    windows: tuple[Judged, ...]
    left_over: int

    @property
    def unusual(self) -> tuple[FlightDrift, ...]:
        """Flights that are not like those of the profile."""
        return tuple(flight for flight in self.flights if flight.unusual)

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """What alarming windows say, in order."""
        return tuple(
            finding for judged in self.windows for finding in judged.findings if finding.alarms
        )


def drift_of(frames: Observations, profile: Profile, *, false_alarms_per_week: float) -> RunDrift:
    """Return how far a run is from what is usual.

    Args:
        frames: In any order; they are taken in the order of their time, then of the run.
        profile: Made with the same gate.
        false_alarms_per_week: What an operator puts up with.
    """
    rows = rows_of(frames, profile.reference)
    ranks = [rank_of(name) for name in frames.ids]
    flights = [
        _flight(name, own, frames, state_of(rows, [_thinned(own, ranks)]), profile)
        for name, own in rows_by_flight(frames.flights).items()
    ]
    drift = Drift(profile, false_alarms_per_week=false_alarms_per_week)
    windows = []
    for number in _in_time(frames):
        seconds = float(np.nan_to_num(frames.seconds[number]))
        arrival = Arrival(ranks[number], frames.flights[number], seconds, rows[number], int(number))
        if judged := drift.take(arrival):
            windows.append(judged)
    flights.sort(key=lambda flight: -flight.finding.score)
    return RunDrift(tuple(flights), tuple(windows), drift.panes.open.frames)


def _flight(
    name: str,
    own: Rows,
    frames: Observations,
    state: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    profile: Profile,
) -> FlightDrift:
    seconds = frames.seconds[own]
    known = seconds[np.isfinite(seconds)]
    return FlightDrift(
        name=name,
        frames=len(own),
        seconds=float(known.min()) if known.size else float("nan"),
        finding=find(state, profile, panes=ONE_FLIGHT, limit=UNUSUAL_FLIGHT),
        rows=own,
    )


def _thinned(own: Rows, ranks: Sequence[int]) -> Rows:
    """Return the five rows with the smallest ranks: those that a pane would keep."""
    return np.array(sorted(own, key=lambda row: ranks[row])[:FRAMES_PER_FLIGHT], dtype=np.intp)


def _in_time(frames: Observations) -> Rows:
    """Return the order in time; frames without one come last, as they stand."""
    return np.argsort(np.nan_to_num(frames.seconds, nan=np.inf), kind="stable")
