"""Panes: frames in the order they came, thinned per flight, closed at fifty."""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from monitoring.pane_state import State, seen_together
from monitoring.simulation import FRAMES_PER_FLIGHT, FRAMES_PER_PANE, WINDOWS

LONGEST_PANE_SECONDS = 30 * 60.0
FEWEST_FRAMES = 20
"""A pane that is open for half an hour closes with this many; with fewer it waits on."""


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """One frame as it comes to a pane.

    Args:
        rank: Frames of a flight with the smallest ranks stay (`rank_of`).
        flight: It belongs to.
        seconds: When, POSIX seconds.
        row: Its state by itself.
        number: Of the frame, for whoever wants to know which frames a pane holds.
    """

    rank: int
    flight: str = field(compare=False)
    seconds: float = field(compare=False)
    row: State = field(compare=False)
    number: int = field(default=-1, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Pane:
    """A closed pane.

    Args:
        state: Of its frames, seen together.
        seconds: When the first and the last of its frames came.
        numbers: Which frames it holds, in the order of their flights and ranks.
        flights: How many flights they are of.
    """

    state: State
    seconds: tuple[float, float]
    numbers: tuple[int, ...]
    flights: int


class OpenPane:
    """Takes frames until it is full.

    At most five frames of a flight stay: those with the smallest ranks, whoever saw them and in
    whatever order they came. A later one that ranks lower takes the place of an earlier one.
    """

    def __init__(self) -> None:
        self._flights: dict[str, list[Arrival]] = {}
        self._first = np.inf
        self._last = -np.inf

    @property
    def arrivals(self) -> list[Arrival]:
        """Those that stay, flight by flight."""
        return [each for flight in self._flights.values() for each in flight]

    @property
    def frames(self) -> int:
        """How many stay."""
        return sum(map(len, self._flights.values()))

    def take(self, arrival: Arrival) -> None:
        """Take a frame in; one that is there already, or ranks too high, changes nothing."""
        self._first = min(self._first, arrival.seconds)
        self._last = max(self._last, arrival.seconds)
        chosen = self._flights.setdefault(arrival.flight, [])
        if any(each.rank == arrival.rank for each in chosen):
            return
        insort(chosen, arrival)
        del chosen[FRAMES_PER_FLIGHT:]

    def is_full(self, now: float) -> bool:
        """Return whether it is to be closed."""
        frames = self.frames
        waited = now - self._first >= LONGEST_PANE_SECONDS
        return frames >= FRAMES_PER_PANE or (waited and frames >= FEWEST_FRAMES)

    def closed(self) -> Pane:
        """Return the pane as it is now."""
        chosen = self.arrivals
        return Pane(
            state=seen_together(
                np.array([each.row for each in chosen], dtype=np.int64),
                [len(flight) for flight in self._flights.values()],
            ),
            seconds=(self._first, self._last),
            numbers=tuple(each.number for each in chosen),
            flights=len(self._flights),
        )


class Panes:
    """The open pane, and the closed ones that windows look back at."""

    def __init__(self) -> None:
        self.open = OpenPane()
        self.recent: deque[Pane] = deque(maxlen=max(WINDOWS))
        self.count = 0

    def take(self, arrival: Arrival) -> Pane | None:
        """Take a frame in; return the pane that it closed, if it closed one."""
        self.open.take(arrival)
        return self.close_if_full(arrival.seconds)

    def close_if_full(self, now: float) -> Pane | None:
        """Close the open pane if it is time, and return it."""
        if not self.open.is_full(now):
            return None
        pane = self.open.closed()
        self.add(pane)
        self.open = OpenPane()
        return pane

    def add(self, pane: Pane) -> None:
        """Look back at a pane that was closed before."""
        self.recent.append(pane)
        self.count += 1

    def window(self, size: int) -> State | None:
        """Return the state of the last `size` panes; None while there are fewer."""
        if len(self.recent) < size:
            return None
        states = [pane.state for pane in list(self.recent)[-size:]]
        return np.asarray(np.sum(states, axis=0, dtype=np.int64))
