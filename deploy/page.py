"""The board without Grafana: one HTML page drawn from the same queries.

    python -m deploy.page http://localhost:9090 board.html [MINUTES]

It reads the board's JSON, asks Prometheus what each panel asks, and draws lines as SVG. The page
needs nothing from outside and can be sent to somebody.
"""

import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from deploy.boards import BOARD, COLUMNS

SECONDS = 10
"""How long to wait for an answer of Prometheus."""
POINTS = 240
MINUTES = 30.0
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 400.0, 150.0, 64.0, 10.0, 18.0
MOST_SERIES = 12
MINUTES_FROM = 120
"""Seconds; shorter times are told in seconds."""
COLOURS = ("#3465a4", "#c4622d", "#3d8b40", "#8f4a9e", "#b5892e", "#2f8f8f", "#a83250", "#666")
FORMATS = {"percentunit": "{:.1%}", "s": "{:.3g} s", "reqps": "{:.3g}/s"}
_NO_SUCH_LABEL = re.compile(r"\{\{\w+\}\}")
STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #f4f5f6; }
h2 { margin: 1.4rem 0 .4rem; font-size: 1.05rem; }
.row { display: grid; grid-template-columns: repeat(24, 1fr); gap: .7rem; }
figure { margin: 0; padding: .7rem; background: #fff; border-radius: 6px; min-width: 0; }
figcaption b { display: block; } figcaption { color: #555; font-size: 12px; min-height: 4.4em; }
.now { font-size: 1.6rem; margin: .8rem 0; } svg { width: 100%; height: auto; }
ul { list-style: none; margin: .3rem 0 0; padding: 0; font-size: 12px; }
li { display: inline-block; margin-right: .8rem; } i { display: inline-block; width: .7em;
height: .7em; margin-right: .3em; border-radius: 2px; } text { font-size: 11px; fill: #777; }
@media (max-width: 900px) { figure { grid-column: span 24 !important; } }
"""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart.

    Args:
        name: As the legend shows it.
        points: Seconds and values; values that are no number are left out.
    """

    name: str
    points: tuple[tuple[float, float], ...]


class Prometheus:
    """Answers queries over the last minutes."""

    def __init__(self, url: str, *, minutes: float, now: float | None = None) -> None:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"expected the URL of a Prometheus, not {url!r}")
        self.url = url.rstrip("/")
        self.end = time() if now is None else now
        self.start = self.end - 60 * minutes

    def series(self, target: dict[str, Any]) -> list[Series]:
        """Return what one target of a panel draws."""
        step = max(1.0, (self.end - self.start) / POINTS)
        asked = {"query": target["expr"], "start": self.start, "end": self.end, "step": step}
        with urlopen(  # noqa: S310 - the scheme was looked at
            f"{self.url}/api/v1/query_range?{urlencode(asked)}", timeout=SECONDS
        ) as answer:
            found = json.load(answer)["data"]["result"]
        return [
            Series(_legend(target["legendFormat"], one["metric"]), _points(one["values"]))
            for one in found
        ]


def page(board: dict[str, Any], prometheus: Prometheus) -> str:
    """Return the board as HTML."""
    body = "".join(_rows(board["panels"], prometheus))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(board['title'])}</title><style>{STYLE}</style>"
        f"<h1>{escape(board['title'])}</h1>{body}</html>\n"
    )


def _rows(panels: Sequence[dict[str, Any]], prometheus: Prometheus) -> Iterator[str]:
    opened = False
    for panel in panels:
        if panel["type"] == "row":
            yield f"{'</div>' if opened else ''}<h2>{escape(panel['title'])}</h2>"
            yield '<div class="row">'
            opened = True
        else:
            yield _panel(panel, prometheus)
    yield "</div>" if opened else ""


def _panel(panel: dict[str, Any], prometheus: Prometheus) -> str:
    series = [one for target in panel["targets"] for one in prometheus.series(target)]
    series = [one for one in series if one.points]
    unit = FORMATS.get(panel["fieldConfig"]["defaults"]["unit"], "{:.4g}")
    drawn = _now(panel, series, unit) if panel["type"] == "stat" else _chart(series, unit)
    return (
        f'<figure style="grid-column: span {panel["gridPos"]["w"] * 24 // COLUMNS}"><figcaption>'
        f"<b>{escape(panel['title'])}</b>{escape(panel['description'])}</figcaption>"
        f"{drawn if series else '<p>nothing to show</p>'}</figure>"
    )


def _now(panel: dict[str, Any], series: Sequence[Series], unit: str) -> str:
    latest = max((one.points[-1][0] for one in series), default=0.0)
    current = [one for one in series if one.points[-1][0] == latest]
    by_name = panel["options"]["textMode"] == "name"
    shown = [one.name if by_name else unit.format(one.points[-1][1]) for one in current]
    return f'<p class="now">{escape(", ".join(shown))}</p>'


def _chart(series: Sequence[Series], unit: str) -> str:
    points = [point for one in series for point in one.points]
    if not points:
        return ""
    low, high = min(0.0, *(y for _, y in points)), max(y for _, y in points)
    high = high if high > low else low + 1
    first, last = min(x for x, _ in points), max(x for x, _ in points)

    def place(x: float, y: float) -> str:
        across = LEFT + (x - first) / ((last - first) or 1) * (WIDTH - LEFT - 4)
        return f"{across:.1f},{TOP + (high - y) / (high - low) * (HEIGHT - BOTTOM - TOP):.1f}"

    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" '
        f'points="{" ".join(place(x, y) for x, y in one.points)}"/>'
        for one, colour in _coloured(series)
    )
    grid = "".join(
        f'<text x="{LEFT - 6}" y="{float(place(first, y).split(",")[1]) + 4:.1f}" '
        f'text-anchor="end">{escape(unit.format(y))}</text>'
        for y in (low, (low + high) / 2, high)
    )
    span = f'<text x="{LEFT}" y="{HEIGHT - 3}">{_span(last - first)} until now</text>'
    names = "".join(
        f'<li><i style="background:{colour}"></i>{escape(one.name)}</li>'
        for one, colour in _coloured(series)
    )
    more = f"<li>and {len(series) - MOST_SERIES} more</li>" if len(series) > MOST_SERIES else ""
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img">{grid}{span}{lines}</svg>'
        f"<ul>{names}{more}</ul>"
    )


def _span(seconds: float) -> str:
    """Return a length of time in words."""
    return f"{seconds / 60:.0f} minutes" if seconds >= MINUTES_FROM else f"{seconds:.0f} seconds"


def _coloured(series: Sequence[Series]) -> list[tuple[Series, str]]:
    return [(one, COLOURS[i % len(COLOURS)]) for i, one in enumerate(series[:MOST_SERIES])]


def _legend(pattern: str, labels: dict[str, str]) -> str:
    if pattern == "__auto":
        return ", ".join(labels.values()) or "value"
    for label, value in labels.items():
        pattern = pattern.replace(f"{{{{{label}}}}}", value)
    # A label that is empty is one that Prometheus does not have.
    return " ".join(_NO_SUCH_LABEL.sub("", pattern).split()) or "none"


def _points(values: Sequence[tuple[float, str]]) -> tuple[tuple[float, float], ...]:
    read = ((moment, float(value)) for moment, value in values)
    return tuple((moment, value) for moment, value in read if math.isfinite(value))


def main(url: str, out: Path, minutes: float = MINUTES) -> None:
    """Write the page."""
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    out.write_text(page(board, Prometheus(url, minutes=minutes)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(float, sys.argv[3:4]))
