"""What can be promised with weights that were never made for the task: vehicles from above.

    python -m benchmarks.calibration_real [FOLDER]

EmergencyNet (its class for traffic accidents) and an ImageNet ResNet50 (its classes of vehicles)
score 448-pixel tiles of drone pictures and aerial scenes. Needs ../shared/data, and torch to
export the ResNet50 once. Prints, for every recall and rule, what calibration says.
"""

import csv
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.calibration_demo import skysift

DATA = Path(os.environ.get("SKYSIFT_DATA", Path(__file__).parents[2] / "shared" / "data"))
RESULTS = Path(__file__).with_name("results") / "calibration_real"
RECALLS = (0.8, 0.9, 0.95)
RULES = ("emergency", "resnet50", "or", "and", "best")
WITH_VEHICLES, WITHOUT = {"Parking"}, {"Field", "Forest", "Grass", "RiverLake"}
"""Kinds of scene; the others hold vehicles or not, and stay unlabelled."""

ENSEMBLE = """
name: vehicles
target: vehicle
voters:
  - name: emergency
    kind: onnx
    threshold: 0.5
    timeout_ms: 600000          # a busy machine is no reason to abstain here
    options:
      weights: {data}/models/emergencynet.onnx
      labels: [collapsed_building, fire, flooded_areas, normal, traffic_incident]
      positive: [traffic_incident]
      input: {{size: 240, scale: 255, channels: RGB}}
  - name: resnet50
    kind: resnet50
    threshold: 0.1
    timeout_ms: 600000
    options:
      weights: {data}/models/resnet50-imagenet-fp16.safetensors
      positive:
        sports car: 1.0
        convertible: 1.0
        minivan: 1.0
        minibus: 1.0
        moving van: 1.0
        pickup: 1.0
        jeep: 1.0
        limousine: 1.0
        cab: 1.0
        trailer truck: 1.0
        garbage truck: 1.0
        tow truck: 1.0
        racer: 1.0
        parking meter: 0.5
vote: or
"""


def main() -> None:
    """Cut, score, calibrate, print."""
    work = (Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS).absolute()
    frames, table = work / "frames", work / "scores.csv"
    if not table.exists():
        label(frames, work / "labels.csv")
        ensemble = work / "base.yaml"
        ensemble.write_text(ENSEMBLE.format(data=DATA.absolute()))
        skysift("models", "prepare", ensemble)
        skysift(
            *("score", frames, "--labels", work / "labels.csv"),
            *("--ensemble", ensemble, "--out", table),
        )
    print("| recall | rule | certified on | bound | kept |")
    print("|---|---|---|---|---|")
    for recall in RECALLS:
        for rule in RULES:
            print(line(recall, rule, calibrated(table, recall, rule, work)))


def label(frames: Path, labels: Path) -> None:
    """Cut the tiles, link the scenes, and write their labels."""
    frames.mkdir(parents=True, exist_ok=True)
    with labels.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["frame", "label", "group"])
        rows.writerows([*tiles(frames), *scenes(frames)])


def tiles(frames: Path) -> Iterator[tuple[str, object, str]]:
    """Yield name, label and group of every tile; a group is one picture or one sequence."""
    folder = DATA / "aerial_vehicles"
    with (folder / "tiles.csv").open(newline="") as file:
        for tile in csv.DictReader(file):
            left, top, width, height = (int(tile[side]) for side in ("x", "y", "w", "h"))
            name = f"{Path(tile['file']).stem}-{left}-{top}.png"
            with Image.open(folder / tile["file"]) as picture:
                picture.crop((left, top, left + width, top + height)).save(frames / name)
            yield name, int(tile["label"] == "vehicle"), sequence_of(tile["file"])


def sequence_of(file: str) -> str:
    """Return the name without the frame number: `DJI-00760-00003.jpg` is of DJI-00760."""
    return re.sub(r"-\d+$", "", Path(file).stem)


def scenes(frames: Path) -> Iterator[tuple[str, object, str]]:
    """Yield name, label and group of every scene; each is a group of its own."""
    for path in sorted((DATA / "scenes").glob("*/*.*")):
        kind = path.parent.name
        name = f"{kind}-{path.name}"
        (frames / name).write_bytes(path.read_bytes())
        said = "1" if kind in WITH_VEHICLES else "0" if kind in WITHOUT else ""
        yield name, said, name


def calibrated(table: Path, recall: float, rule: str, work: Path) -> dict[str, Any]:
    """Return what `skysift calibrate` says, which may be a refusal."""
    said = skysift(
        *("calibrate", table, "--recall", recall, "--rule", rule),
        *("--ensemble", work / "base.yaml", "--pictures", work / "frames"),
        *("--out", work / f"{rule}-{recall}" / "ensemble.yaml", "--json"),
    )
    made: dict[str, Any] = json.loads(said)
    return made


def line(recall: float, rule: str, made: dict[str, Any]) -> str:
    """Return a row of the table."""
    if not made["certified"]:
        return f"| {recall} | {rule} | refused: {made['message']} |"
    low, high = made["share_kept_interval"]
    chosen = f"{rule}: {made['rule']}" if rule == "best" else rule
    return (
        f"| {recall} | {chosen} | {made['misses']} of {made['n']} missed | {made['bound']:.3f} "
        f"| {made['share_kept']:.1%} ({low:.1%} to {high:.1%}) |"
    )


if __name__ == "__main__":
    main()
