"""Who a gate asks first: as the file lists them, or as costs least for what it has seen lately."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np

from ensembles.order import Openness, Rows, cheapest_order, order_of
from ensembles.rules import Settles
from ensembles.votes import Answers

MOST_VOTERS_AT_WORK = 10
"""Subsets double with every voter: with 10, finding the order takes some 50 ms, while it judges."""
EVERY = 50
"""Full ballots between two looks for a cheaper order; at 2 % of frames, 2,500 frames."""
HALF_LIFE = 200
"""Full ballots after which one counts half: seasons and flights change what settles a frame."""
REMEMBERED = 5 * HALF_LIFE
"""Older ones would count 3 % and less."""
LAST_READINGS = 200
"""Of a voter, over which its seconds per view are averaged, exponentially."""
WORTH = 0.02
"""Share of the cost that another order must save: less is noise, and orders should not flutter."""
LEAST_SECONDS = 1e-9


class Asking(Protocol):
    """Who is asked first. The order may change at any time; it never changes a decision."""

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns of all seats, the first to be asked first."""
        ...

    def timed(self, column: int, *, views: int, seconds: float) -> None:
        """Take note of how long a seat read so many views."""
        ...

    def learn(self, ballots: Answers, frame_of: Rows) -> None:
        """Take note of full ballots that were chosen at random.

        Args:
            ballots: `Answer` codes, shape (n, seats), a row per view.
            frame_of: Which frame each row is of, rising, shape (n,).
        """
        ...


@dataclass(frozen=True, slots=True)
class AsListed:
    """Asks in the order of the file."""

    seats: int

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns as they are."""
        return tuple(range(self.seats))

    def timed(self, column: int, *, views: int, seconds: float) -> None:
        """Nothing is learned from it."""

    def learn(self, ballots: Answers, frame_of: Rows) -> None:
        """Nothing is learned from it."""


class CheapestFirst:
    """Asks in the order of least expected cost (`ensembles/order.py`), counted while it works.

    Votes are counted on full ballots, old ones ever less; a voter's cost is its seconds per view
    (per frame where it looks at whole frames), over its last readings of any kind. Until `EVERY`
    full ballots were seen it asks as listed. May be used by several threads.

    Args:
        rule: Settles ballots whose columns are the seats. It must settle only what no further
            answer can change; then no order changes what it says in the end.
        seats: How many, at most `MOST_VOTERS_AT_WORK`.
        whole: Columns of those that are asked once a frame.
    """

    def __init__(self, rule: Settles, *, seats: int, whole: Collection[int] = ()) -> None:
        self._rule = rule
        self._whole = whole
        self._columns = tuple(range(seats))
        self._lock = Lock()
        self._frames: deque[Answers] = deque(maxlen=REMEMBERED)
        self._unlearned = 0
        self._views = np.zeros(seats)
        self._seconds = np.zeros(seats)

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns of all seats, the first to be asked first."""
        return self._columns

    def timed(self, column: int, *, views: int, seconds: float) -> None:
        """Take note of how long a seat read so many views."""
        kept = 1 - 1 / LAST_READINGS
        with self._lock:
            self._views[column] = kept * self._views[column] + views
            self._seconds[column] = kept * self._seconds[column] + seconds

    def learn(self, ballots: Answers, frame_of: Rows) -> None:
        """Take note of full ballots, and after every `EVERY` of them look for a cheaper order."""
        starts = np.flatnonzero(np.diff(frame_of, prepend=-1))
        with self._lock:
            self._frames.extend(np.split(ballots, starts[1:]) if len(starts) else ())
            self._unlearned += len(starts)
            if self._unlearned < EVERY or not self._views.all():
                return
            self._unlearned = 0
            frames = list(self._frames)
            costs = np.maximum(self._seconds / self._views, LEAST_SECONDS)
        self._choose(self._openness(frames), list(costs))

    def _openness(self, frames: list[Answers]) -> Openness:
        ages = np.arange(len(frames))[::-1]
        return Openness(
            np.concatenate(frames),
            self._rule,
            frame_of=np.repeat(np.arange(len(frames)), [len(views) for views in frames]),
            weights=0.5 ** (ages / HALF_LIFE),
            whole=self._whole,
        )

    def _choose(self, openness: Openness, costs: list[float]) -> None:
        best = cheapest_order(openness, costs)
        if best.cost < (1 - WORTH) * order_of(self._columns, costs, openness).cost:
            self._columns = best.columns
