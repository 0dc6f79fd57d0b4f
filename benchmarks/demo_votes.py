"""The demo gate under each rule, and what its voters say of flights that trained nobody."""

import csv
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.laps import Scores
from benchmarks.stand_ins import VOTERS
from demo.scenes import draw_flights
from demo.shipped import CONFIG
from ensembles.errors import SkysiftError
from models.catalog import read

FLIGHTS = 100
FRAMES_PER_FLIGHT = 12
SEED = 90
RECALL = 0.95
RULES: Mapping[str, Sequence[str]] = {
    "or": ("--rule", "or"),
    "2-of-3": ("--rule", "2-of-3"),
    "and": ("--rule", "and"),
    "cascade": ("--rule", "or", "--early-no", "specialist"),
}
"""How each gate is calibrated, all to the same promise."""


@dataclass(frozen=True, slots=True)
class DemoGate:
    """The demo's voters under one rule.

    Args:
        vote: The rule.
        thresholds: By voter.
        floor: Of the specialist, where it may end a frame alone.
    """

    vote: str
    thresholds: Mapping[str, float]
    floor: float | None


@dataclass(frozen=True, slots=True)
class DemoVotes:
    """Scores by voter of frames with a hiker, and of frames without.

    Args:
        positive: Frames with one.
        negative: Frames without.
        gates: Calibrated, by the names of RULES; one that was refused is missing.
    """

    positive: Sequence[Scores]
    negative: Sequence[Scores]
    gates: Mapping[str, DemoGate]


def demo_votes(folder: Path) -> DemoVotes:
    """Return the votes; the first time, flights are drawn and scored."""
    table = folder / "demo" / "scores.csv"
    if not table.exists():
        flights = folder / "demo" / "flights"
        draw_flights(flights, flights=FLIGHTS, frames_per_flight=FRAMES_PER_FLIGHT, seed=SEED)
        labels = flights / "labels.csv"
        _skysift("score", flights, "--labels", labels, "--ensemble", CONFIG, "--out", table)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return DemoVotes(
        [_scores(row) for row in rows if row["label"] == "1"],
        [_scores(row) for row in rows if row["label"] == "0"],
        {
            name: gate
            for name, wish in RULES.items()
            if (gate := _calibrated(table, folder / "demo" / name, wish))
        },
    )


def _scores(row: Mapping[str, str]) -> Scores:
    return {voter: float(row[f"score_{voter}"]) for voter in VOTERS}


def _calibrated(table: Path, folder: Path, wish: Sequence[str]) -> DemoGate | None:
    out = folder / "ensemble.yaml"
    try:
        _skysift("calibrate", table, *wish, "--recall", RECALL, "--ensemble", CONFIG, "--out", out)
    except SkysiftError as error:
        print(f"{' '.join(wish)}: {error}")
        return None
    config = read(out)
    floors = [voter.floor for voter in config.voters if voter.floor is not None]
    return DemoGate(
        str(config.vote),
        {voter.name: voter.threshold for voter in config.voters},
        floors[0] if floors else None,
    )


def _skysift(*arguments: object) -> None:
    """Run a command of Skysift in a process of its own.

    Raises:
        SkysiftError: It failed; with what it said.
    """
    command = [sys.executable, "-m", "skysift", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SkysiftError(done.stderr.strip() or done.stdout.strip())
