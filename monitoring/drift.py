"""Drift over time: panes close, windows slide, alarms come and go."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitoring.findings import Finding, Kind, find
from monitoring.limits import SECONDS_PER_WEEK
from monitoring.panes import Arrival, Pane, Panes
from monitoring.profile import Profile
from monitoring.simulation import WINDOWS

PANES_PER_WEEK_AT_FIRST = 336.0
"""One in half an hour, until the pace is known."""

PACED_BY = 20
"""Panes over which the pace is measured."""


@dataclass(frozen=True, slots=True)
class DriftState:
    """What is wrong now.

    Args:
        alarms: Kinds of drift that alarm: `data`, `voter`, `label_shift`.
    """

    alarms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """A pane that closed, and what the windows that end with it say."""

    pane: Pane
    findings: tuple[Finding, ...]

    @property
    def kinds(self) -> frozenset[Kind]:
        """Which drifts alarm."""
        return frozenset(kind for finding in self.findings for kind in finding.kinds)


@dataclass(slots=True)
class Pace:
    """How often panes close, from when the last ones did."""

    ends: deque[float] = field(default_factory=lambda: deque(maxlen=PACED_BY + 1))

    def note(self, seconds: float) -> None:
        """Take note that a pane closed."""
        self.ends.append(seconds)

    @property
    def panes_per_week(self) -> float:
        """At the pace of the last panes; one in half an hour while there are few."""
        span = self.ends[-1] - self.ends[0] if len(self.ends) > PACED_BY else 0.0
        return PACED_BY * SECONDS_PER_WEEK / span if span > 0 else PANES_PER_WEEK_AT_FIRST


class Drift:
    """Watches frames against a profile.

    Args:
        profile: What is usual.
        false_alarms_per_week: What an operator puts up with.
    """

    def __init__(self, profile: Profile, *, false_alarms_per_week: float) -> None:
        self.profile = profile
        self.panes = Panes()
        self.latest: Judged | None = None
        self._pace = Pace()
        self._false_alarms_per_week = false_alarms_per_week

    @property
    def state(self) -> DriftState:
        """What is wrong now."""
        return DriftState(self.latest.kinds if self.latest else frozenset())

    def limits(self) -> Mapping[int, float]:
        """Return the score from which a window alarms, by its panes."""
        return {
            size: self.profile.limits[size].limit(
                self._false_alarms_per_week, panes_per_week=self._pace.panes_per_week
            )
            for size in WINDOWS
        }

    def take(self, arrival: Arrival) -> Judged | None:
        """Take a frame in; return what the windows say if it closed a pane."""
        return self._judge(self.panes.take(arrival))

    def tick(self, now: float) -> Judged | None:
        """Close a pane that waited long enough, and return what the windows then say."""
        return self._judge(self.panes.close_if_full(now))

    def add(self, pane: Pane) -> Judged:
        """Take note of a pane that is closed already, and return what the windows then say."""
        self.panes.add(pane)
        return self._look(pane)

    def _judge(self, pane: Pane | None) -> Judged | None:
        return None if pane is None else self._look(pane)

    def _look(self, pane: Pane) -> Judged:
        self._pace.note(pane.seconds[1])
        limits = self.limits()
        findings = tuple(
            find(window, self.profile, panes=size, limit=limits[size])
            for size in WINDOWS
            if (window := self.panes.window(size)) is not None
        )
        self.latest = Judged(pane, findings)
        return self.latest
