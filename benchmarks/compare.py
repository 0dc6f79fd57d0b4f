"""Skysift beside what it calls, what a user would write, and its peers: CPU per picture.

    python -m benchmarks.compare [--quick] [--no-peers] [--only NAME ...]

The same 12 MP JPEGs, the same three networks, every voter always asked, lap by lap in turn, with
the same clients. CPU time is that of all processes of a contender; the clients run in this one,
which does not count. Writes JSON and a plot; with `--readme` also what benchmarks/README.md quotes.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.contender import Contender, Group, all_contenders
from benchmarks.direct import expected_scores
from benchmarks.laps import Laps, round_ratios
from benchmarks.publish import FIGURES, RESULTS, quote, save, table
from benchmarks.race import Place, Plan, race
from benchmarks.setting.ensembles import Gate
from benchmarks.setting.setting import in_turn, make_setting

HEADINGS = (
    "contender",
    "CPU per frame, ms",
    "frames per CPU second",
    "CPU against the limit",
    "frames/s",
    "p50 / p95, ms",
    "peak memory, MB",
    "scores differ by",
)
GOALS = {"skysift-http": 1.10, "skysift-http-workers": 1.10, "skysift-batch": 1.05}
"""CPU per frame against the limit's, at most."""
AHEAD_OF = {
    ("skysift-http", Group.PEER): 1.2,
    ("skysift-http", Group.USER): 3.0,
    ("skysift-http-int8", Group.USER): 5.0,
}
"""Frames per CPU second against each of a group, at least."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Race, print, write, and return the exit code: 1 when a goal is missed."""
    chosen = _parser().parse_args(arguments)
    setting = make_setting()
    frames, rounds = (8, 2) if chosen.quick else (16, 5)
    pictures = in_turn(setting.pictures, frames)
    paths = [picture.path for picture in pictures]
    expected = expected_scores(setting.ensemble(Gate("plain")), paths)
    plan = Plan(pictures, rounds, chosen.clients, expected)
    places = race(list(_chosen(chosen)), setting, plan)
    text = table(HEADINGS, [row(place, places) for place in places])
    goals = list(judged(places))
    print(f"\n{text}\n" + "\n".join(goals))
    path = save("compare", as_json(places, plan))
    _draw(places, (FIGURES if chosen.readme else RESULTS) / "compare.svg")
    if chosen.readme:
        quote("compare", text + "\n" + "\n".join(f"- {goal}" for goal in goals) + "\n")
    print(f"\nwritten: {path}")
    return int(any(goal.startswith("missed") for goal in goals))


def _draw(places: Sequence[Place], path: Path) -> None:
    from benchmarks.compare_plot import draw  # noqa: PLC0415 - needs matplotlib

    draw(places, path)


def _chosen(options: argparse.Namespace) -> Sequence[Contender]:
    """Return the limit, and of the others those that were asked for."""
    return [
        contender
        for contender in all_contenders()
        if contender.group is Group.LIMIT
        or (
            (not options.only or contender.name in options.only)
            and not (options.no_peers and contender.group is Group.PEER)
        )
    ]


def row(place: Place, places: Sequence[Place]) -> list[str]:
    """Return a row of the table."""
    name = f"**{place.contender.name}**: {place.contender.what}"
    if not place.laps.done:
        reason = " ".join(place.trouble.split())
        return [name, f"did not run: {reason[-300:]}", *[""] * (len(HEADINGS) - 2)]
    laps = place.laps
    half, most = laps.latency_ms(0.5), laps.latency_ms(0.95)
    return [
        name + (f" ({place.trouble})" if place.trouble else ""),
        f"{laps.cpu_ms:.0f}",
        f"{laps.frames_per_cpu_second:.2f}",
        f"{round_ratios(laps, limit_of(places)):.2f}",
        f"{laps.frames_per_second:.1f}",
        "" if half is None or most is None else f"{half:.0f} / {most:.0f}",
        f"{place.peak_mb:.0f}",
        _difference(place),
    ]


def _difference(place: Place) -> str:
    if place.off is None:
        return ""
    told = f"{place.off.worst:.4f}"
    return told if place.off.agrees else f"**{told}, more than {place.off.allowed} is other work**"


def limit_of(places: Sequence[Place]) -> Laps:
    """Return the laps of the direct calls."""
    return next(place.laps for place in places if place.contender.group is Group.LIMIT)


def judged(places: Sequence[Place]) -> list[str]:
    """Return a sentence for each goal that can be judged, beginning with `met` or `missed`."""
    by_name = {place.contender.name: place.laps for place in places if place.laps.done}
    told = []
    for name, most in GOALS.items():
        if name in by_name:
            ratio = round_ratios(by_name[name], limit_of(places)).median
            verdict = "met" if ratio <= most else "missed"
            told.append(f"{verdict}: {name} takes {ratio:.2f} times the limit, at most {most:.2f}")
    for (name, group), least in AHEAD_OF.items():
        for place in places:
            if name in by_name and place.contender.group is group and place.laps.done:
                ratio = round_ratios(place.laps, by_name[name]).median
                verdict = "met" if ratio >= least else "missed"
                told.append(
                    f"{verdict}: {name} is {ratio:.2f} times {place.contender.name}, "
                    f"at least {least:.1f}"
                )
    return told


def as_json(places: Sequence[Place], plan: Plan) -> Mapping[str, object]:
    """Return everything that was measured."""
    return {
        "frames_per_lap": len(plan.pictures),
        "rounds": plan.rounds,
        "clients": plan.clients,
        "contenders": [
            {
                "name": place.contender.name,
                "group": place.contender.group,
                "what": place.contender.what,
                "trouble": place.trouble,
                "cpu_ms": [lap.cpu_ms for lap in place.laps.done],
                "wall_seconds": [lap.wall_seconds for lap in place.laps.done],
                "latencies_ms": [
                    round(1000 * seconds, 1)
                    for lap in place.laps.done
                    for seconds in lap.answers.latencies
                ],
                "peak_mb": place.peak_mb,
                "scores_differ_by": place.off.worst if place.off else None,
                "scores_may_differ_by": place.contender.tolerance,
            }
            for place in places
        ],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer pictures and rounds")
    parser.add_argument("--no-peers", action="store_true", help="leave out other servers")
    parser.add_argument("--only", nargs="+", default=[], help="names, beside the limit")
    parser.add_argument("--clients", type=int, default=4, help="requests at a time (4)")
    parser.add_argument("--readme", action="store_true", help="write the table into the README")
    return parser


if __name__ == "__main__":
    sys.exit(main())
