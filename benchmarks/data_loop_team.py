"""The team of the round: trains, calibrates, watches and deploys gates, by Skysift's commands."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from demo.evaluate import read_truth
from skysift.app import run

DEMO = Path(__file__).parents[1] / "configs" / "demo.yaml"
TARGET = "hiker"

PROBE = "probe:clip"
SPOTTER = "demo.train_specialist:EmbeddingSpotter"
BOXES = "boxes.safetensors"
"""Beside the gates: what a network begins with."""
NETWORK_SIZE = (72, 96)
"""Height and width, pixels: a small frame shrinks as much as the demo's own frames do."""
NETWORK_OPTIONS = ("--rate", "0.01", "--epochs", "80", "--patience", "30")


class Team:
    """Keeps gates in one folder, each in a folder of its own; `live` is the one that is deployed.

    Args:
        folder: Of gates and of flights.
        backbone: Of the specialist: a probe, or a network, which learns through all its layers.
        recall: That is promised.
        confidence: Of the promise.
        options: Of the training of a network.
    """

    def __init__(
        self,
        folder: Path,
        backbone: str,
        *,
        recall: float,
        confidence: float,
        options: Sequence[str] = NETWORK_OPTIONS,
    ) -> None:
        self.folder = folder
        self.backbone = backbone
        self._options = options
        self._promise = ("--recall", recall, "--confidence", confidence)

    @property
    def trains_a_network(self) -> bool:
        """Whether the specialist is more than a probe."""
        return not self.backbone.startswith("probe:")

    @property
    def live(self) -> Path:
        """The gate that is deployed."""
        return self.folder / "live" / "gate.yaml"

    def train(
        self, gate: str, sets: Sequence[str], labels: Sequence[Path], *, after: str | None = None
    ) -> None:
        """Train the specialist of a gate, and paste its entry into an ensemble file.

        Args:
            gate: To make.
            sets: Folders of flights.
            labels: Of their frames.
            after: The gate whose network it goes on from; None: from what learned from boxes.
        """
        place = self.folder / gate
        place.mkdir(exist_ok=True)
        joined = _joined(labels, self.folder / f"labels-{gate}.csv")
        start = self.folder / after / "specialist.safetensors" if after else self.folder / BOXES
        size = "x".join(map(str, NETWORK_SIZE))
        network = ("--weights", start, "--size", size, *self._options)
        how = network if self.trains_a_network else ()
        said = skysift(
            *("train", *(self.folder / name for name in sets), "--labels", joined),
            *("--backbone", self.backbone, *how, "--ensemble", DEMO, "--target", TARGET),
            *("--out", place / "specialist.onnx", "--replace", "--json"),
        )
        self._write_base(place, yaml.safe_load(json.loads(said)["entry"]))

    def _write_base(self, place: Path, voters: list[dict[str, Any]]) -> None:
        """Write an ensemble file that is not calibrated yet."""
        described = {"name": "round", "target": TARGET, "vote": "or", "voters": voters}
        text = yaml.safe_dump(described | {"full_ballots": 1.0}, sort_keys=False)
        (place / "base.yaml").write_text(text, encoding="utf-8")

    def calibrate(self, gate: str, flights: str) -> None:
        """Score labelled flights, none of which were selected, and promise a recall on them."""
        place, frames = self.folder / gate, self.folder / flights
        base, scores = place / "base.yaml", place / f"{flights}.csv"
        skysift(
            *("score", frames, "--labels", frames / "labels.csv", "--ensemble", base),
            *("--out", scores),
        )
        skysift(
            *("calibrate", scores, "--ensemble", base, "--out", place / "gate.yaml"),
            *self._promise,
        )

    def take_over(self, old: str, new: str) -> None:
        """Begin a gate with the specialist of another one."""
        (self.folder / new).mkdir(exist_ok=True)
        for name in ("specialist.onnx", "base.yaml"):
            (self.folder / new / name).write_bytes((self.folder / old / name).read_bytes())

    def watch(self, gate: str, flights: str) -> None:
        """Make the profile that drift is measured against, of frames that nothing learned from."""
        place = self.folder / gate
        skysift(
            *("profile", "make", self.folder / flights),
            *("--ensemble", place / "gate.yaml", "--out", place / "profile.npz"),
            may_exit_1=True,  # few flights make a profile that alarms too often, and it says so
        )

    def deploy(self, gate: str) -> None:
        """Put a gate in the old one's place, in one step: whoever reads `live` sees one of them."""
        link = self.folder / ".live"
        link.unlink(missing_ok=True)
        link.symlink_to(gate)
        link.replace(self.folder / "live")

    def label_selected(self, flights: str, picks: int) -> Path:
        """Pick frames, ask the world what is on them, and return the labels."""
        frames = self.folder / flights
        manifest, picked = self.folder / f"{flights}.parquet", self.folder / "picks.csv"
        labels = self.folder / "picked-labels.csv"
        labels.unlink(missing_ok=True)
        manifest.unlink(missing_ok=True)
        ensemble = ("--ensemble", self.live)
        skysift("curate", "index", frames, *ensemble, "--out", manifest, "--workers", 1)
        skysift("curate", "select", manifest, "-n", picks, *ensemble, "--out", picked)
        _answer(picked, frames)
        skysift(
            *("curate", "import-labels", picked, "--manifest", manifest, "--into", labels),
            *("--by", "the world", *ensemble),
        )
        return labels


def skysift(*words: object, may_exit_1: bool = False) -> str:
    """Run one command, and return what it printed.

    Raises:
        RuntimeError: It failed.
    """
    printed = StringIO()
    with redirect_stdout(printed):
        code = run([str(word) for word in words])
    if code and not (may_exit_1 and code == 1):
        raise RuntimeError(f"skysift {' '.join(map(str, words))} ended with {code}")
    return printed.getvalue()


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
