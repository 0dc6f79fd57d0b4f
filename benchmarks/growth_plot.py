"""Growth as one small plot per axis."""

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.growth_axis import Point

COLUMNS = 3
HEADROOM = 1.1
BLUE, GREEN = "#3d5a80", "#0b6e4f"


def draw(found: Mapping[str, Sequence[Point]], path: Path) -> None:
    """Write an SVG: CPU per frame (left scale) and frames per second (right scale) by value."""
    rows = ceil(len(found) / COLUMNS)
    figure = Figure(figsize=(4.2 * COLUMNS, 3 * rows), layout="constrained")
    for place, (name, points) in enumerate(found.items(), 1):
        cost = figure.add_subplot(rows, COLUMNS, place)
        speed = cost.twinx()
        at = list(range(len(points)))
        medians = [point.laps.cpu_ms.median for point in points]
        cost.plot(at, medians, "o-", color=BLUE)
        speed.plot(at, [point.laps.frames_per_second for point in points], "s--", color=GREEN)
        cost.set_xticks(at, [point.label for point in points])
        cost.set_title(name)
        for scale in (cost, speed):
            scale.set_ylim(0, scale.get_ylim()[1] * HEADROOM)
        cost.set_ylabel("CPU per frame, ms", color=BLUE)
        speed.set_ylabel("frames per second", color=GREEN)
    path.parent.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "skysift"}):
        figure.savefig(path, metadata={"Date": None})
