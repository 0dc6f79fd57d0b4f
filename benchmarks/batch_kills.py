"""A job that is killed twenty times, against one that was not: are the rows the same?

    python -m benchmarks.batch_kills --frames 100000 --kills 20
    python -m benchmarks.batch_kills --frames 2000 --ensemble configs/demo.yaml

Draws scenes of the demo world, cuts them into small frames, scores them once in peace, and once
with kill -9 to the whole job at random moments, going on with `--resume` after each. Without
`--ensemble` the gate is one voter that costs nothing, so that the killing is what takes time.
Exits 1 when a row differs, is lost or there twice.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from PIL import Image

from batch.audit import faults_of
from batch.journal import Journal
from benchmarks.cheap_voter import cheap_ensemble

SCENES_PER_FLIGHT = 20
SCENE_PX = (320, 240)
FRAMES_PER_SCENE = 100
FRAME_PX = (64, 48)
DIFFER = ("scored_at", "latency_seconds")
"""What two runs may differ in."""

EARLY = 0.2
"""Share of kills while the job starts."""

START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Kills:
    """How many, and from which seed their moments come."""

    kills: int
    seed: int


def main() -> None:
    """Run it and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ensemble", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        draw(root, asked.frames, asked.seed)
        ensemble = asked.ensemble or cheap_ensemble(root)
        command = ("score", root / "frames", "--ensemble", ensemble, "--out")
        began = monotonic()
        skysift(*command, root / "calm").wait()
        calm_seconds = monotonic() - began
        began = monotonic()
        again = (*command, root / "killed")
        kills = kill_again_and_again(
            again, root / "killed", asked.frames, Kills(asked.kills, asked.seed)
        )
        report(root, kills, calm_seconds, monotonic() - began)


def draw(root: Path, frames: int, seed: int) -> None:
    """Draw scenes, and cut frames at places of their own out of them."""
    scenes = -(-frames // FRAMES_PER_SCENE)
    flights = -(-scenes // SCENES_PER_FLIGHT)
    width, height = SCENE_PX
    size = ("--width", width, "--height", height, "--frames", SCENES_PER_FLIGHT)
    drawn = root / "flights"
    if skysift("demo", "draw", drawn, "--flights", flights, "--seed", seed, *size).wait():
        sys.exit("the flights could not be drawn")
    chance = random.Random(seed)  # noqa: S311 - places, not secrets
    for scene in sorted(drawn.glob("*/*.jpg"))[:scenes]:
        folder = root / "frames" / scene.parent.name / scene.stem
        folder.mkdir(parents=True)
        cut(scene, folder, min(frames, FRAMES_PER_SCENE), chance)
        frames -= FRAMES_PER_SCENE


def cut(scene: Path, folder: Path, count: int, chance: random.Random) -> None:
    """Write `count` different parts of a scene, with its EXIF, as small JPEGs."""
    (width, height), (wide, high) = SCENE_PX, FRAME_PX
    places = [(x, y) for x in range(width - wide) for y in range(height - high)]
    with Image.open(scene) as picture:
        exif = picture.info["exif"]
        for number, (x, y) in enumerate(chance.sample(places, count)):
            part = picture.crop((x, y, x + wide, y + high))
            part.save(folder / f"{number:03}.jpg", exif=exif)


def kill_again_and_again(command: Sequence[object], run: Path, frames: int, asked: Kills) -> int:
    """Kill the job at random moments until it has been killed often enough; then let it finish.

    Most moments are rows, not seconds: a start takes as long as the machine lets it. The others
    are within the start, when inputs are listed or compared.

    Returns:
        How many times it was killed.
    """
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    killed = 0
    for start in range(1, asked.kills + 1):
        process = skysift(*command, "--resume")
        if chance.random() < EARLY:
            pass_time(process, chance.random() * START_SECONDS)
        else:
            left = rows_left(run, frames)
            until = left - chance.random() * left / (asked.kills - start + 2)
            while process.poll() is None and rows_left(run, frames) > until:
                pass_time(process, chance.random())
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
    skysift(*command, "--resume").wait()
    return killed


def pass_time(process: "subprocess.Popen[str]", seconds: float) -> None:
    """Wait a moment, or until the job ends."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def rows_left(run: Path, frames: int) -> int:
    """Return how many inputs have no row: all `frames`, as long as they are not listed."""
    path = run / "journal.sqlite"
    if not path.exists():
        return frames
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        try:
            (facts,) = base.execute("select count(*) from about").fetchone()
            # By the index of those alone: asked again and again, it must not cost what is measured.
            (left,) = base.execute("select count(*) from inputs where row is null").fetchone()
        except sqlite3.OperationalError:  # no tables yet
            return frames
    return int(left) if facts else frames


def report(root: Path, kills: int, calm: float, killed: float) -> None:
    """Print whether the rows are the same, and what the kills cost."""
    with Journal(root / "killed") as journal:
        faults = faults_of(journal)
        sources = [row["source"] for row in journal.rows()]
    differing, furthest = compared(root / "calm", root / "killed")
    with Journal(root / "calm") as journal:
        frames = journal.counts().inputs
    print(f"frames                    {frames}")
    print(f"kill -9                   {kills}")
    print(f"rows that differ          {differing}")
    print(f"largest score difference  {furthest}")
    print(f"lost                      {frames - len(set(sources))}")
    print(f"doubled                   {len(sources) - len(set(sources))}")
    print(f"faults in the audit       {len(faults)}")
    print(f"in peace, killed          {calm:.0f} s, {killed:.0f} s")
    if differing or faults or len(sources) != frames:
        sys.exit(1)


def compared(calm: Path, killed: Path) -> tuple[int, float]:
    """Return how many rows differ in anything but times, and the furthest two scores are apart."""
    differing, furthest = 0, 0.0
    no_row: dict[str, Any] = {}
    with Journal(calm) as before, Journal(killed) as after:
        scores = [f"score_{name}" for name in before.about()["voters"]]
        for one, other in zip_longest(before.rows(), after.rows(), fillvalue=no_row):
            differing += without_times(one) != without_times(other)
            pairs = [(one.get(name), other.get(name)) for name in scores]
            furthest = max(furthest, *(abs((a or 0.0) - (b or 0.0)) for a, b in pairs))
    return differing, furthest


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what two runs may differ in."""
    return {name: cell for name, cell in row.items() if name not in DIFFER}


def skysift(*arguments: object) -> "subprocess.Popen[str]":
    """Start the command, silently."""
    return subprocess.Popen(
        [sys.executable, "-m", "skysift", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


if __name__ == "__main__":
    main()
