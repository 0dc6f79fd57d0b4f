"""Panes of usual frames by the thousand: a bootstrap that resamples whole flights.

Frames of one flight are alike. Drawn one by one they would vary far too little between windows,
and limits made that way are passed by every real window; so whole flights are drawn, with
replacement (Künsch 1989 for blocks; Davison & Hinkley 1997, section 3.8, for groups).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.attributes import Floats64
from monitoring.pane_state import State, seen_together
from monitoring.reference import Reference, Rows
from monitoring.statistics import Baseline, statistics_of

FRAMES_PER_PANE = 50
FRAMES_PER_FLIGHT = 5
"""Of one pane: more of them say little new."""

WINDOWS = (5, 20)
"""Panes of the sliding windows."""

ONE_FLIGHT = 0
"""Stands for a size of window: the frames of a single flight, thinned."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is simulated: baselines, and panes held against each of them."""

    worlds: int = 40
    panes: int = 120


USUAL_EFFORT = Effort()


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """What usual windows of one size are like.

    Args:
        panes: Of a window; `ONE_FLIGHT` for single flights.
        statistics: Shape (worlds, windows, s); windows of one world slide by one pane.
    """

    panes: int
    statistics: Floats64


def simulate(
    rows: State,
    flights: Sequence[Rows],
    reference: Reference,
    rng: np.random.Generator,
    *,
    effort: Effort = USUAL_EFFORT,
) -> tuple[Simulated, ...]:
    """Return the statistics of usual windows, one entry per size of window.

    The baseline is resampled too: the real one rests on a limited number of flights, and by that
    much every window differs from it.

    Args:
        rows: States of usual frames, which the reference was not fitted to, shape (n, width).
        flights: The rows of each flight.
        reference: That made the rows.
        rng: Draws flights.
        effort: How much is simulated.
    """
    found: dict[int, list[Floats64]] = {panes: [] for panes in (ONE_FLIGHT, *WINDOWS)}
    for _ in range(effort.worlds):
        again = rng.integers(len(flights), size=len(flights))
        baseline = Baseline.of(rows, [flights[index] for index in again])
        panes = np.stack([state_of(rows, pane) for pane in panes_of(flights, rng, effort.panes)])
        alone = np.stack([state_of(rows, [thinned(flight, rng)]) for flight in flights])
        found[ONE_FLIGHT].append(statistics_of(alone, baseline, reference))
        for size in WINDOWS:
            found[size].append(statistics_of(sliding(panes, size), baseline, reference))
    return tuple(Simulated(size, np.stack(looks)) for size, looks in found.items())


def state_of(rows: State, flights: Sequence[Rows]) -> State:
    """Return the state of frames that were seen together, by the rows of each flight."""
    return seen_together(rows[np.concatenate(flights)], [len(own) for own in flights])


def panes_of(flights: Sequence[Rows], rng: np.random.Generator, count: int) -> Iterator[list[Rows]]:
    """Yield simulated panes, the rows of each flight: whole flights, thinned like real ones."""
    for _ in range(count):
        pane: list[Rows] = []
        room = FRAMES_PER_PANE
        while room:
            flight = flights[int(rng.integers(len(flights)))]
            pane.append(thinned(flight, rng)[:room])
            room -= len(pane[-1])
        yield pane


def thinned(flight: Rows, rng: np.random.Generator) -> Rows:
    """Return at most five rows of a flight, by chance."""
    return rng.choice(flight, size=min(FRAMES_PER_FLIGHT, len(flight)), replace=False)


def sliding(panes: State, size: int) -> State:
    """Return the sums of each `size` panes in a row, shape (n - size + 1, width)."""
    sums = np.concatenate([np.zeros_like(panes[:1]), panes.cumsum(axis=0)])
    return np.asarray(sums[size:] - sums[:-size])
