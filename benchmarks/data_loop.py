"""The whole round: a gate, its winter, and how the data loop brings it back.

    python -m benchmarks.data_loop FOLDER [--small] [--backbone probe:clip]

A team trains the specialist of its gate in summer. Winter comes: the drift report sees it, frames
are selected and labelled (by the world's truth), the specialist is trained again, the gate is
calibrated again on a random sample of winter, and put in the old one's place. Every step is a
command of Skysift's. Prints recall and review load before, during and after, and what a new
threshold alone would have done. Draws only what is not there yet.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.data_loop_team import BOXES, PROBE, SPOTTER, Team, skysift
from benchmarks.machine import machine
from demo.evaluate import read_truth
from demo.measures import Measures, measure
from models.environment import usable_cores
from monitoring.simulation import WINDOWS

WIDTH, HEIGHT = 160, 120
"""Small frames: a hiker is as large as in any other, and is drawn in a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is drawn, labelled and promised.

    Args:
        backbone: Of the specialist.
        past: Flights whose boxes are known, for a network to begin with; a probe needs none.
        learned: Flights to learn from, in summer.
        calibrated: Flights for each calibration.
        live: Flights to measure on, in each season.
        arrived: Winter flights that nobody has labelled.
        frames: Of each flight.
        picks: Winter frames that people label.
        recall: That is promised.
        confidence: Of the promise.
    """

    backbone: str
    past: int
    learned: int
    calibrated: int
    live: int
    arrived: int
    frames: int
    picks: int
    recall: float
    confidence: float


FULL = Scale(
    backbone=SPOTTER,
    past=800,
    learned=120,
    calibrated=800,
    live=800,
    arrived=800,
    frames=4,
    picks=1200,
    recall=0.9,
    confidence=0.95,
)
SMALL = Scale(
    backbone=PROBE,
    past=60,
    learned=30,
    calibrated=60,
    live=24,
    arrived=36,
    frames=3,
    picks=60,
    recall=0.8,
    confidence=0.9,
)

SEEDS = {
    "summer-past": 207,
    "summer-learned": 201,
    "summer-calibrated": 202,
    "summer-live": 203,
    "winter-arrived": 204,
    "winter-calibrated": 205,
    "winter-live": 209,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: which gate, on what, and how it did."""

    when: str
    gate: str
    measures: Measures


@dataclass(frozen=True, slots=True)
class Drift:
    """What the drift report said of flights: how many are unusual, how many windows alarm."""

    flights: int
    unusual: int
    windows: int
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
    """

    def __init__(self, folder: Path, scale: Scale) -> None:
        self.folder = folder
        self.scale = scale
        self.team = Team(folder, scale.backbone, recall=scale.recall, confidence=scale.confidence)

    def go(self) -> Round:
        """Go round once."""
        self.draw()
        self.learn_boxes()
        team = self.team
        summer = self.folder / "summer-learned" / "labels.csv"
        team.train("first", ["summer-learned"], [summer])
        team.calibrate("first", "summer-calibrated")
        team.watch("first", "summer-calibrated")
        team.deploy("first")
        before = self.judged("before", "summer-live")
        during = self.judged("during", "winter-live")
        usual, winter = self.drift("summer-live"), self.drift("winter-arrived")

        labels = team.label_selected("winter-arrived", self.scale.picks)
        sets = ["summer-learned", "winter-arrived"]
        team.train("second", sets, [summer, labels], after="first")
        team.take_over("first", "rethresholded")
        team.calibrate("rethresholded", "winter-calibrated")
        team.deploy("rethresholded")
        alone = self.judged("a new threshold alone", "winter-live")
        team.calibrate("second", "winter-calibrated")
        team.watch("second", "winter-calibrated")
        team.deploy("second")
        after = self.judged("after", "winter-live")
        return Round((before, during, alone, after), usual, winter)

    def draw(self) -> None:
        """Draw the flights that are not there yet."""
        counts = {"learned": self.scale.learned, "calibrated": self.scale.calibrated}
        counts |= {"live": self.scale.live, "arrived": self.scale.arrived}
        if self.team.trains_a_network:
            counts["past"] = self.scale.past
        for name, seed in SEEDS.items():
            season, _, use = name.partition("-")
            if use in counts and not (self.folder / name / "labels.csv").exists():
                skysift(
                    *("demo", "draw", self.folder / name, "--climate", season),
                    *("--width", WIDTH, "--height", HEIGHT, "--processes", usable_cores()),
                    *("--flights", counts[use], "--frames", self.scale.frames, "--seed", seed),
                )

    def learn_boxes(self) -> None:
        """Train the network that the team began with, unless it is there or none is needed."""
        out = self.folder / BOXES
        if self.team.trains_a_network and not out.exists():
            from benchmarks.data_loop_boxes import write_boxes  # noqa: PLC0415 - needs torch

            write_boxes(self.folder / "summer-past", out, size=(WIDTH, HEIGHT))

    def judged(self, when: str, flights: str) -> Line:
        """Return how the gate that is deployed does on live flights."""
        names, truth = read_truth(self.folder / flights)
        said = skysift(
            *("triage", self.folder / flights, "--json", "--ensemble", self.team.live),
            may_exit_1=True,
        )
        rows = (json.loads(line) for line in said.splitlines() if line.startswith("{"))
        kept = {row["source"]: row["decision"] == "review" for row in rows}
        decided = np.array([kept[str(self.folder / flights / name)] for name in names])
        gate = self.team.live.parent.readlink().name
        return Line(when, gate, measure(f"{gate} on {flights}", decided, truth))

    def drift(self, flights: str) -> Drift:
        """Return what the drift report of the gate that is deployed says."""
        live = self.team.live
        said = skysift(
            *("drift", "report", self.folder / flights, "--ensemble", live),
            *("--profile", live.with_name("profile.npz"), "--json"),
            *("--out", self.folder / f"drift-{flights}.html"),
            may_exit_1=True,
        )
        facts = json.loads(said)
        windows = sum(max(0, facts["panes"] - panes + 1) for panes in WINDOWS)
        unusual, alarms = len(facts["unusual_flights"]), len(facts["alarms"])
        return Drift(facts["flights"], unusual, windows, alarms)


def table(done: Round) -> str:
    """Return the round as `docs/curation.md` shows it."""
    rows = [
        f"| {line.when} | {line.measures.found} | {line.measures.recall} | {line.measures.kept} |"
        for line in done.lines
    ]
    drift = [
        f"drift, {name}: {each.alarms} of {each.windows} windows alarm, "
        f"{each.unusual} of {each.flights} flights unusual"
        for name, each in (("summer", done.usual), ("winter", done.winter))
    ]
    head = ["| when | hikers found | recall (frames) | share kept |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, "", *drift])


def main(arguments: Sequence[str] | None = None) -> None:
    """Go round, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--backbone", help="instead of the one of this size")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    scale = SMALL if asked.small else FULL
    if asked.backbone:
        scale = replace(scale, backbone=asked.backbone)
    print(machine())
    print(table(Loop(asked.folder.absolute(), scale).go()))


if __name__ == "__main__":
    main()
