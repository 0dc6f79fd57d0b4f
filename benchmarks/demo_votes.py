"""What the demo gate's voters say of flights that trained nobody, with and without a hiker."""

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.laps import Scores
from benchmarks.stand_ins import VOTERS
from demo.scenes import draw_flights
from demo.shipped import CONFIG
from ensembles.errors import SkysiftError
from models.catalog import read

FLIGHTS = 60
FRAMES_PER_FLIGHT = 12
SEED = 90
RECALL = 0.95
CASCADE = ("--rule", "or", "--recall", str(RECALL), "--early-no", "specialist")


@dataclass(frozen=True, slots=True)
class DemoVotes:
    """Scores by voter of the frames with an object, and of those without; the gate's numbers.

    Args:
        positive: Frames with a hiker.
        negative: Frames without.
        thresholds: Of the demo gate, by voter.
        floor: Of its specialist, calibrated; None where this Skysift has no early no.
    """

    positive: Sequence[Scores]
    negative: Sequence[Scores]
    thresholds: Scores
    floor: float | None


def demo_votes(folder: Path) -> DemoVotes:
    """Return the votes, drawn and scored the first time."""
    table = folder / "demo" / "scores.csv"
    if not table.exists():
        flights = folder / "demo" / "flights"
        draw_flights(flights, flights=FLIGHTS, frames_per_flight=FRAMES_PER_FLIGHT, seed=SEED)
        labels = flights / "labels.csv"
        _skysift("score", flights, "--labels", labels, "--ensemble", CONFIG, "--out", table)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scores = [{voter: float(row[f"score_{voter}"]) for voter in VOTERS} for row in rows]
    labels_of = [row["label"] for row in rows]
    thresholds = {voter.name: voter.threshold for voter in read(CONFIG).voters}
    return DemoVotes(
        [each for each, label in zip(scores, labels_of, strict=True) if label == "1"],
        [each for each, label in zip(scores, labels_of, strict=True) if label == "0"],
        thresholds,
        _floor(table, folder / "demo" / "cascade"),
    )


def _floor(table: Path, folder: Path) -> float | None:
    """Return the floor that calibration gives the specialist; None where it knows none."""
    out = folder / "ensemble.yaml"
    try:
        _skysift("calibrate", table, *CASCADE, "--ensemble", CONFIG, "--out", out)
        found = [getattr(voter, "floor", None) for voter in read(out).voters]
    except SkysiftError as error:
        print(f"no cascade: {error}")
        return None
    return next((float(floor) for floor in found if floor is not None), None)


def _skysift(*arguments: object) -> None:
    command = [sys.executable, "-m", "skysift", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SkysiftError(done.stderr.strip() or json.dumps(command))
