"""A promise calibrated on some flights of the demo world, kept on others, tried in winter.

    python -m benchmarks.calibration_demo [FOLDER]

Draws flights that trained no voter, scores them once, calibrates every rule to a recall of .95 on
some of them, and replays the thresholds on others: 5 long flights, 40 more, and 40 in winter under
a low sun and haze. Prints a Markdown table.
"""

import contextlib
import io
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from demo.conditions import USUAL, Climate
from demo.scenes import draw_flights
from demo.shipped import CONFIG
from skysift.app import run

RESULTS = Path(__file__).with_name("results") / "calibration_demo"
RULES = ("specialist", "clip", "resnet50", "or", "2-of-3", "and", "best")
RECALL = 0.95

WINTER = replace(
    USUAL,
    places=(
        ("meadow", "winter"),
        ("village", "winter"),
        ("farmland", "winter"),
        ("lakeside", "winter"),
    ),
    sun_elevation_deg=(10.0, 20.0),
    brightness=(0.6, 0.8),
    haze=(0.25, 0.5),
)
"""Lands in a season that no training flight had them in, under a low sun, in haze."""


@dataclass(frozen=True, slots=True)
class Flights:
    """Flights to draw: a seed that trained no voter, how many, how long, and in which climate."""

    name: str
    seed: int
    count: int
    frames: int = 16
    climate: Climate = USUAL


CALIBRATING = Flights("calibrating", 41, 120)
OTHERS = (
    Flights("5 flights", 42, 5, frames=48),
    Flights("40 flights", 43, 40),
    Flights("winter", 44, 40, climate=WINTER),
)


def main() -> None:
    """Draw, score, calibrate, replay, print."""
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    certifying = scored(work, CALIBRATING)
    others = [scored(work, flights) for flights in OTHERS]
    headings = ["rule", "certified on", "bound", "kept", *(flights.name for flights in OTHERS)]
    print(f"| {' | '.join(headings)} |")
    print("|---" * len(headings) + "|")
    for rule in RULES:
        made = calibrated(certifying, rule, work / rule)
        print(line(rule, made, others, work / rule))


def scored(work: Path, flights: Flights) -> Path:
    """Return the score table of some flights, drawn and scored once."""
    frames, table = work / f"flights-{flights.seed}", work / f"scores-{flights.seed}.csv"
    labels = frames / "labels.csv"
    if not labels.exists():
        draw(frames, flights)
    if not table.exists():
        skysift("score", frames, "--labels", labels, "--ensemble", CONFIG, "--out", table)
    return table


def draw(folder: Path, flights: Flights) -> None:
    """Draw flights, each in conditions of its own."""
    random = np.random.default_rng(flights.seed)
    parts = []
    for flight in range(flights.count):
        draw_flights(
            folder,
            flights=1,
            frames_per_flight=flights.frames,
            seed=flights.seed * 1000 + flight,
            conditions=flights.climate.draw(random),
        )
        parts.append((folder / "labels.csv").read_text().splitlines())
    lines = [parts[0][0], *(line for part in parts for line in part[1:])]
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")


def calibrated(table: Path, rule: str, folder: Path) -> dict[str, Any]:
    """Return what `skysift calibrate` says, which may be a refusal."""
    wish = ("--recall", RECALL, "--rule", rule, "--ensemble", CONFIG)
    said = skysift("calibrate", table, *wish, "--out", folder / "ensemble.yaml", "--json")
    made: dict[str, Any] = json.loads(said)
    return made


def line(rule: str, made: dict[str, Any], others: Iterable[Path], folder: Path) -> str:
    """Return a row of the table."""
    if not made["certified"]:
        return f"| {rule} | refused: {made['message']} |"
    cells = [
        f"{rule}: {made['rule']}, {made['method']}" if rule == "best" else rule,
        f"{made['misses']} of {made['n']} missed",
        f"{made['bound']:.3f}",
        f"{made['share_kept']:.1%}",
        *(measured(table, folder / "ensemble.yaml") for table in others),
    ]
    return f"| {' | '.join(cells)} |"


def measured(table: Path, ensemble: Path) -> str:
    """Return recall and share kept on frames that had no say."""
    found = json.loads(skysift("replay", table, "--ensemble", ensemble, "--json"))["ensemble"]
    recall, kept = found["recall"], found["share_kept"]
    return (
        f"{recall['successes']} of {recall['trials']}: {recall['share']:.3f} "
        f"({recall['low']:.3f} to {recall['high']:.3f}), kept {kept['share']:.1%}"
    )


def skysift(*arguments: object) -> str:
    """Run a command line in this process and return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run([str(argument) for argument in arguments])
    return out.getvalue()


if __name__ == "__main__":
    main()
