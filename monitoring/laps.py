"""When each stage of a frame's way began and ended, kept for whoever asked for it: traces.

Metrics add stages up; a trace shows those of one frame. Whoever wants them keeps a list during a
block; what runs for it meanwhile adds to that list, also on another thread, if it is told to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lap:
    """One stage.

    Args:
        stage: Its name, as in the metrics.
        start: On the performance counter, seconds.
        end: The same.
        voter: Who read, in the stage `voter`.
        views: How many views it was about, of all frames that were judged together; 0 where
            nobody counts them.
    """

    stage: str
    start: float
    end: float
    voter: str = ""
    views: int = 0


Laps = list[Lap]
Kept = tuple[Laps, ...]

_KEPT: ContextVar[Kept] = ContextVar("laps", default=())


def kept() -> Kept:
    """Return the lists that are kept in this context; empty when nobody asked."""
    return _KEPT.get()


@contextmanager
def keep(*lists: Laps) -> Iterator[None]:
    """Add every lap of the block to these lists, and to no others."""
    token = _KEPT.set(lists)
    try:
        yield
    finally:
        _KEPT.reset(token)


def add(lap: Lap, lists: Kept | None = None) -> None:
    """Add a lap to lists; without any, to those that are kept in this context."""
    for laps in _KEPT.get() if lists is None else lists:
        laps.append(lap)
