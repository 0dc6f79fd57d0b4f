"""Numbers of the report as places in a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.attributes import Floats64
from monitoring.observation import Observations
from monitoring.profile import Profile
from monitoring.run_drift import RunDrift
from monitoring.simulation import WINDOWS

WIDTH, HEIGHT = 640.0, 300.0
MARGIN = 34.0
MOST_MAP_POINTS = 800


@dataclass(frozen=True, slots=True)
class Dot:
    """A place in a drawing, pixels from its left and top."""

    x: float
    y: float
    title: str = ""
    unusual: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """The scores of windows of one size, over the panes that closed."""

    panes: int
    dots: tuple[Dot, ...]
    limit_y: float
    limit: float

    @property
    def line(self) -> str:
        """Through all dots, as SVG has it."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Timeline:
    """How scores went; `ticks` are (y, label)."""

    series: tuple[Series, ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """Embeddings in two dimensions."""

    usual: tuple[Dot, ...]
    seen: tuple[Dot, ...]


def timeline_of(found: RunDrift) -> Timeline | None:
    """Return the drawing of scores over time; None when no window was full."""
    shown = [
        (place, finding)
        for place, judged in enumerate(found.windows, start=1)
        for finding in judged.findings
    ]
    if not shown:
        return None
    top = max(*(max(f.score, f.limit) for _, f in shown), 4.0) * 1.08
    last = max(len(found.windows), 2)

    def y(score: float) -> float:
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * score / top

    def x(place: int) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * (place - 1) / (last - 1)

    series = []
    for size in WINDOWS:
        own = [(place, finding) for place, finding in shown if finding.panes == size]
        if own:
            dots = tuple(
                Dot(
                    x(place),
                    y(finding.score),
                    f"pane {place}: score {finding.score:.1f}, limit {finding.limit:.1f}; "
                    f"{', '.join(finding.causes) or 'nothing moved'}",
                    finding.alarms,
                )
                for place, finding in own
            )
            limit = own[-1][1].limit
            series.append(Series(size, dots, y(limit), limit))
    step = max(1, round(top / 5))
    ticks = tuple((y(tick), str(tick)) for tick in range(0, int(top) + 1, step))
    return Timeline(tuple(series), ticks)


def map_of(found: RunDrift, frames: Observations, profile: Profile) -> Map | None:
    """Return the map; None without embeddings."""
    usual = profile.reference.embedding
    if usual is None or not len(profile.map_points):
        return None
    unusual = {flight.name for flight in found.unusual}
    known = np.flatnonzero(np.isfinite(frames.embeddings).all(axis=1))
    shown = known[:: max(1, len(known) // MOST_MAP_POINTS)]
    seen = (frames.embeddings[shown] - usual.centre) @ profile.map_axes
    place = fitted(np.concatenate([profile.map_points, seen]))
    count = len(profile.map_points)
    return Map(
        tuple(Dot(float(x), float(y)) for x, y in place[:count]),
        tuple(
            Dot(float(x), float(y), frames.flights[row], frames.flights[row] in unusual)
            for row, (x, y) in zip(shown, place[count:], strict=True)
        ),
    )


def fitted(points: Floats64) -> Sequence[Sequence[float]]:
    """Return the points scaled into the drawing, alike in both directions."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    scale = float((room / np.maximum(high - low, 1e-9)).min())
    middle = np.array([WIDTH, HEIGHT]) / 2
    placed: Sequence[Sequence[float]] = ((points - (low + high) / 2) * scale + middle).tolist()
    return placed
