"""The comparison as bars."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.contender import Group
from benchmarks.race import Place

COLOURS = {
    Group.LIMIT: "#767676",
    Group.SKYSIFT: "#0b6e4f",
    Group.USER: "#c1440e",
    Group.PEER: "#3d5a80",
}


def draw(places: Sequence[Place], path: Path) -> None:
    """Write an SVG: CPU milliseconds per frame by contender, the median and the range."""
    shown = [place for place in places if place.laps.done][::-1]
    spreads = [place.laps.cpu_ms for place in shown]
    medians = [spread.median for spread in spreads]
    below = [spread.median - spread.low for spread in spreads]
    above = [spread.high - spread.median for spread in spreads]
    figure = Figure(figsize=(9, 0.42 * len(shown) + 1.3), layout="constrained")
    axes = figure.add_subplot()
    colours = [COLOURS[place.contender.group] for place in shown]
    names = [place.contender.name for place in shown]
    bars = axes.barh(names, medians, xerr=(below, above), color=colours, ecolor="#333333")
    labels = [f"{value:.0f}" for value in medians]
    axes.bar_label(bars, labels, label_type="center", color="white", fontweight="bold")
    axes.set_xlabel("CPU milliseconds per 12 MP picture, all voters asked (less is better)")
    axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "skysift"}):
        figure.savefig(path, metadata={"Date": None})
