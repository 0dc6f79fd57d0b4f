"""The whole round: a gate, its winter, and how the data loop brings it back.

    python -m benchmarks.data_loop FOLDER [--small] [--backbone probe:clip]

A team trains the specialist of its gate in summer. Winter comes: the drift report sees it, frames
are selected and labelled (by the world's truth), the specialist is trained again, the gate is
calibrated again on a random sample of winter, and put in the old one's place. Every step is a
command of Skysift's. Prints recall and review load before, during and after, and what a new
threshold alone would have done. Draws only what is not there yet.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.machine import machine
from demo.evaluate import read_truth
from demo.measures import Measures, measure
from skysift.app import run

DEMO = Path(__file__).parents[1] / "configs" / "demo.yaml"
SIZE = ("--width", "160", "--height", "120")
"""Small frames: a hiker is as large as in any other, and is drawn in a tenth of the time."""

BACKBONE = "probe:clip"
TARGET = "hiker"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is drawn, labelled and promised.

    Args:
        learned: Flights to learn from, in summer.
        calibrated: Flights for each calibration.
        live: Flights to measure on, in each season.
        arrived: Winter flights that nobody has labelled.
        frames: Of each flight.
        picks: Winter frames that people label.
        recall: That is promised.
        confidence: Of the promise.
    """

    learned: int
    calibrated: int
    live: int
    arrived: int
    frames: int
    picks: int
    recall: float
    confidence: float


FULL = Scale(120, 150, 100, 150, 4, 300, 0.9, 0.95)
SMALL = Scale(30, 60, 24, 36, 3, 60, 0.8, 0.9)

SEEDS = {
    "summer-learned": 201,
    "summer-calibrated": 202,
    "summer-live": 203,
    "winter-arrived": 204,
    "winter-calibrated": 205,
    "winter-live": 206,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: which gate, on what, and how it did."""

    when: str
    gate: str
    measures: Measures


@dataclass(frozen=True, slots=True)
class Drift:
    """What the drift report said of flights."""

    flights: int
    unusual: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a round showed.

    Args:
        lines: Before, during and after.
        usual: Drift of summer flights.
        winter: Drift of winter flights.
    """

    lines: tuple[Line, ...]
    usual: Drift
    winter: Drift


class Loop:
    """One round in one folder.

    Args:
        folder: Of all that is drawn and made.
        scale: How much of it.
        backbone: Of the specialist.
    """

    def __init__(self, folder: Path, scale: Scale, backbone: str = BACKBONE) -> None:
        self.folder = folder
        self.scale = scale
        self.backbone = backbone

    def go(self) -> Round:
        """Go round once."""
        self.draw()
        self.train("first", ["summer-learned"], [self.folder / "summer-learned" / "labels.csv"])
        self.calibrate("first", "summer-calibrated")
        self.watch("first", ["summer-learned", "summer-calibrated"])
        self.deploy("first")
        before = self.judged("before", "summer-live")
        during = self.judged("during", "winter-live")
        usual, winter = self.drift("summer-live"), self.drift("winter-arrived")

        labels = self.label_selected()
        summer = self.folder / "summer-learned" / "labels.csv"
        self.train("second", ["summer-learned", "winter-arrived"], [summer, labels])
        self.rethreshold()
        self.deploy("rethresholded")
        alone = self.judged("a new threshold alone", "winter-live")
        self.calibrate("second", "winter-calibrated")
        self.watch("second", ["winter-arrived", "winter-calibrated"])
        self.deploy("second")
        after = self.judged("after", "winter-live")
        return Round((before, during, alone, after), usual, winter)

    def draw(self) -> None:
        """Draw the flights that are not there yet."""
        counts = {"learned": self.scale.learned, "calibrated": self.scale.calibrated}
        counts |= {"live": self.scale.live, "arrived": self.scale.arrived}
        for name, seed in SEEDS.items():
            season, _, use = name.partition("-")
            if not (self.folder / name / "labels.csv").exists():
                _run(
                    *("demo", "draw", self.folder / name, "--climate", season, *SIZE),
                    *("--flights", counts[use], "--frames", self.scale.frames, "--seed", seed),
                )

    def train(self, gate: str, sets: Sequence[str], labels: Sequence[Path]) -> None:
        """Train the specialist of a gate, and paste its entry into an ensemble file."""
        place = self.folder / gate
        place.mkdir(exist_ok=True)
        joined = _joined(labels, self.folder / f"labels-{gate}.csv")
        said = _run(
            *("train", *(self.folder / name for name in sets), "--labels", joined),
            *("--backbone", self.backbone, "--ensemble", DEMO, "--target", TARGET),
            *("--out", place / "specialist.onnx", "--replace", "--json"),
        )
        entry = yaml.safe_load(json.loads(said)["entry"])
        self.write_base(gate, entry, full_ballots=1.0)

    def write_base(self, gate: str, voters: list[dict[str, Any]], *, full_ballots: float) -> None:
        """Write an ensemble file that is not calibrated yet."""
        described = {"name": "round", "target": TARGET, "vote": "or", "voters": voters}
        text = yaml.safe_dump(described | {"full_ballots": full_ballots}, sort_keys=False)
        (self.folder / gate / "base.yaml").write_text(text, encoding="utf-8")

    def calibrate(self, gate: str, flights: str) -> None:
        """Score labelled flights, none of which were selected, and promise a recall on them."""
        place, frames = self.folder / gate, self.folder / flights
        base, scores = place / "base.yaml", place / f"{flights}.csv"
        _run(
            *("score", frames, "--labels", frames / "labels.csv", "--ensemble", base),
            *("--out", scores),
        )
        _run(
            *("calibrate", scores, "--ensemble", base, "--out", place / "gate.yaml"),
            *("--recall", self.scale.recall, "--confidence", self.scale.confidence),
        )

    def rethreshold(self) -> None:
        """Calibrate the first specialist again, on winter, without training it."""
        place = self.folder / "rethresholded"
        place.mkdir(exist_ok=True)
        first = self.folder / "first"
        (place / "specialist.onnx").write_bytes((first / "specialist.onnx").read_bytes())
        (place / "base.yaml").write_bytes((first / "base.yaml").read_bytes())
        self.calibrate("rethresholded", "winter-calibrated")

    def watch(self, gate: str, sets: Sequence[str]) -> None:
        """Make the profile that drift is measured against."""
        place = self.folder / gate
        _run(
            *("profile", "make", *(self.folder / name for name in sets)),
            *("--ensemble", place / "gate.yaml", "--out", place / "profile.npz"),
            may_exit_1=True,  # few flights make a profile that alarms too often, and it says so
        )

    def deploy(self, gate: str) -> None:
        """Put a gate in the old one's place, in one step: whoever reads `live` sees one of them."""
        link = self.folder / ".live"
        link.unlink(missing_ok=True)
        link.symlink_to(gate)
        link.replace(self.folder / "live")

    def judged(self, when: str, flights: str) -> Line:
        """Return how the gate that is deployed does on live flights."""
        names, truth = read_truth(self.folder / flights)
        said = _run(
            *("triage", self.folder / flights, "--json"),
            *("--ensemble", self.folder / "live" / "gate.yaml"),
            may_exit_1=True,
        )
        rows = (json.loads(line) for line in said.splitlines() if line.startswith("{"))
        kept = {row["source"]: row["decision"] == "review" for row in rows}
        decided = np.array([kept[str(self.folder / flights / name)] for name in names])
        gate = (self.folder / "live").readlink().name
        return Line(when, gate, measure(f"{gate} on {flights}", decided, truth))

    def drift(self, flights: str) -> Drift:
        """Return what the drift report of the gate that is deployed says."""
        live = self.folder / "live"
        said = _run(
            *("drift", "report", self.folder / flights, "--ensemble", live / "gate.yaml"),
            *("--profile", live / "profile.npz", "--json"),
            *("--out", self.folder / f"drift-{flights}.html"),
            may_exit_1=True,
        )
        facts = json.loads(said)
        return Drift(facts["flights"], len(facts["unusual_flights"]), len(facts["alarms"]))

    def label_selected(self) -> Path:
        """Pick winter frames, ask the world what is on them, and return the labels."""
        frames, gate = self.folder / "winter-arrived", self.folder / "live" / "gate.yaml"
        manifest, picks = self.folder / "winter.parquet", self.folder / "picks.csv"
        if not manifest.exists():
            _run(
                *("curate", "index", frames, "--ensemble", gate, "--out", manifest),
                *("--workers", 1),
            )
        _run(
            *("curate", "select", manifest, "-n", self.scale.picks),
            *("--ensemble", gate, "--out", picks),
        )
        labels = self.folder / "winter-labels.csv"
        labels.unlink(missing_ok=True)
        _answer(picks, frames)
        _run(
            *("curate", "import-labels", picks, "--manifest", manifest, "--into", labels),
            *("--by", "the world", "--ensemble", gate),
        )
        return labels


def _answer(picks: Path, frames: Path) -> None:
    """Fill in the labels of picked frames."""
    names, truth = read_truth(frames)
    known = {str(frames / name): bool(ids) for name, ids in zip(names, truth.targets, strict=True)}
    with picks.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["label"] = str(int(known[row["frame"]]))
    with picks.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def _joined(labels: Sequence[Path], path: Path) -> Path:
    """Write several label files as one; a frame with several objects keeps one line."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["frame", "label", "group"])
        for each in labels:
            writer.writerows(dict.fromkeys(_lines(each)))
    return path


def _lines(labels: Path) -> Iterator[tuple[str, str, str]]:
    with labels.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield str(labels.parent / row["frame"]), row["label"], row["group"]


def _run(*words: object, may_exit_1: bool = False) -> str:
    """Run one command of Skysift's, and return what it printed.

    Raises:
        RuntimeError: It failed.
    """
    printed = StringIO()
    with redirect_stdout(printed):
        code = run([str(word) for word in words])
    if code and not (may_exit_1 and code == 1):
        raise RuntimeError(f"skysift {' '.join(map(str, words))} ended with {code}")
    return printed.getvalue()


def table(done: Round) -> str:
    """Return the round as `docs/curation.md` shows it."""
    rows = [
        f"| {line.when} | {line.measures.found} | {line.measures.recall} | {line.measures.kept} |"
        for line in done.lines
    ]
    drift = [
        f"drift, {name}: {each.alarms} alarms, {each.unusual} of {each.flights} flights unusual"
        for name, each in (("summer", done.usual), ("winter", done.winter))
    ]
    head = ["| when | hikers found | recall (frames) | share kept |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, "", *drift])


def main() -> None:
    """Go round, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--backbone", default=BACKBONE)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    scale = SMALL if asked.small else FULL
    print(machine())
    print(table(Loop(asked.folder.absolute(), scale, asked.backbone).go()))


if __name__ == "__main__":
    main()
