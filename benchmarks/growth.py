"""How cost grows: with frames, voters, workers, picture size, tiles and clients.

    python -m benchmarks.growth [--quick] [--only AXIS ...] [--readme]

One axis at a time, everything else as it is served. Each value of an axis is measured lap by lap
in turn with the others. Writes JSON per axis; table and plot show the last results of each.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.axes import AXES, LONG
from benchmarks.contender import UnavailableError
from benchmarks.growth_axis import Axis, Point
from benchmarks.publish import FIGURES, RESULTS, quote, save, table
from benchmarks.setting.setting import make_setting
from ensembles.errors import SkysiftError

HEADINGS = ("axis", "value", "CPU per frame, ms", "frames/s", "p50 / p95, ms", "memory, MB")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write, and return the exit code: 1 when an axis did not run."""
    chosen = _parser().parse_args(arguments)
    setting = make_setting()
    troubles: list[str] = []
    for axis in _chosen(chosen.only):
        print(f"{axis.name}: {axis.what}", flush=True)
        try:
            points = axis.measure(setting, quick=chosen.quick)
        except (UnavailableError, SkysiftError, RuntimeError) as error:
            troubles.append(f"{axis.name} did not run: {error}")
            print(troubles[-1], flush=True)
            continue
        print(_table({axis.name: points}), flush=True)
        save(f"growth-{axis.name}", {"points": [point.as_json() for point in points]})
    found = _saved()
    _draw(found, (FIGURES if chosen.readme else RESULTS) / "growth.svg")
    if chosen.readme:
        quote("growth", _told(found) + _table(found))
    return int(bool(troubles))


def _saved() -> Mapping[str, Sequence[Point]]:
    """Return the last results of every axis, of this run and earlier ones."""
    found = {}
    for axis in (*AXES, LONG):
        path = RESULTS / f"growth-{axis.name}.json"
        if path.exists():
            points = json.loads(path.read_text(encoding="utf-8"))["points"]
            found[axis.name] = [Point.of_json(point) for point in points]
    return found


def _chosen(names: Sequence[str]) -> Sequence[Axis]:
    """Return the axes of these names, or all that a run bears."""
    return [axis for axis in (*AXES, LONG) if axis.name in names] if names else AXES


def _table(found: Mapping[str, Sequence[Point]]) -> str:
    return table(HEADINGS, [_row(name, point) for name, line in found.items() for point in line])


def _row(name: str, point: Point) -> list[str]:
    laps = point.laps
    half, most = laps.latency_ms(0.5), laps.latency_ms(0.95)
    return [
        name,
        point.label,
        f"{laps.cpu_ms:.0f}",
        f"{laps.frames_per_second:.1f}",
        "" if half is None or most is None else f"{half:.0f} / {most:.0f}",
        f"{point.memory_mb[-1]:.0f}",
    ]


def _told(found: Mapping[str, object]) -> str:
    told = [f"- **{axis.name}**: {axis.what}" for axis in (*AXES, LONG) if axis.name in found]
    return "\n".join(told) + "\n\n"


def _draw(found: Mapping[str, Sequence[Point]], path: Path) -> None:
    from benchmarks.growth_plot import draw  # noqa: PLC0415 - needs matplotlib

    draw(found, path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few values, one round")
    parser.add_argument("--only", nargs="+", default=[], help="names of axes")
    parser.add_argument("--readme", action="store_true", help="write the table into the README")
    return parser


if __name__ == "__main__":
    sys.exit(main())
