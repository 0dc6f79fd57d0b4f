"""What asking each voter costs on this machine."""

from collections.abc import Mapping, Sequence
from statistics import median
from time import process_time

from ensembles.seat import Seat
from models.ensemble import Ensemble
from models.frames import Frame

REPEATS = 3
"""Readings of which the median counts: other work on the machine disturbs single ones."""
MOST_VIEWS = 32
"""Views read at once."""


def measured_costs(ensemble: Ensemble, frames: Sequence[Frame]) -> Mapping[str, float]:
    """Return CPU milliseconds per view, by voter.

    A voter of whole frames is asked once for all tiles of a frame, so its cost is shared by them.

    Args:
        ensemble: Loaded.
        frames: At least one, as usual as can be; the first `MOST_VIEWS` views of them are read.
    """
    views = [view.shown for frame in frames for view in ensemble.gate.cut(frame)]
    views_per_frame = len(views) / len(frames)
    return {
        seat.name: _milliseconds(seat, frames) / views_per_frame
        if seat.whole
        else _milliseconds(seat, views)
        for seat in ensemble.gate.seats
    }


def _milliseconds(seat: Seat[Frame], views: Sequence[Frame]) -> float:
    """Return the median over repeated readings of the same views, per view."""
    some = views[:MOST_VIEWS]
    spent = []
    for _ in range(REPEATS):
        started = process_time()
        seat.voter.read(some)
        spent.append(process_time() - started)
    return 1000 * median(spent) / len(some)
