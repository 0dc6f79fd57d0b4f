"""A job that is killed twenty times, against one that was not: are the rows the same?

    python -m benchmarks.batch_kills --frames 2000 --kills 20

Draws frames of the demo world, scores them once in peace, and once with kill -9 to the whole job
at random moments, going on with `--resume` after each.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from batch.audit import faults_of
from batch.journal import Journal

FRAMES_PER_FLIGHT = 20
DIFFER = ("scored_at", "latency_seconds")
"""What two runs may differ in."""


def main() -> None:
    """Run it and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ensemble", type=Path, default=Path("configs/demo.yaml"))
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        draw(root / "flights", asked.frames, asked.seed)
        command = ("score", root / "flights", "--ensemble", asked.ensemble, "--out")
        began = monotonic()
        skysift(*command, root / "calm").wait()
        calm_seconds = monotonic() - began
        began = monotonic()
        starts = kill_again_and_again(
            (*command, root / "killed"), root / "killed", calm_seconds, asked.kills, asked.seed
        )
        report(root, starts, asked.kills, calm_seconds, monotonic() - began)


def draw(folder: Path, frames: int, seed: int) -> None:
    """Draw small frames."""
    flights = -(-frames // FRAMES_PER_FLIGHT)
    size = ("--width", 160, "--height", 120, "--frames", FRAMES_PER_FLIGHT)
    code = skysift("demo", "draw", folder, "--flights", flights, "--seed", seed, *size).wait()
    if code:
        sys.exit("the flights could not be drawn")


def kill_again_and_again(
    command: Sequence[object], run: Path, calm_seconds: float, kills: int, seed: int
) -> int:
    """Kill the job at random moments until it has been killed often enough; then let it finish.

    Moments are rows, not seconds: a start takes as long as the machine lets it.

    Returns:
        How many times it was started.
    """
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    for start in range(1, kills + 1):
        process = skysift(*command, "--resume")
        done = rows_there(run)
        until = done + chance.random() * rows_left(run) / (kills - start + 2)
        patience = monotonic() + 10 * calm_seconds + 60
        while process.poll() is None and rows_there(run) < until and monotonic() < patience:
            pass_time(process, chance.random())
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    skysift(*command, "--resume").wait()
    return kills + 1


def pass_time(process: "subprocess.Popen[str]", seconds: float) -> None:
    """Wait a moment, or until the job ends."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def rows_there(run: Path) -> int:
    """Return how many rows are on the disk."""
    if not (run / "journal.sqlite").exists():
        return 0
    with Journal(run) as journal:
        return journal.counts().done


def rows_left(run: Path) -> int:
    """Return how many inputs have none; before the listing, a guess that kills early."""
    if not (run / "journal.sqlite").exists():
        return 1
    with Journal(run) as journal:
        counts = journal.counts()
        return counts.inputs - counts.done


def report(root: Path, starts: int, kills: int, calm: float, killed: float) -> None:
    """Print whether the rows are the same, and what the kills cost."""
    before, after = list(rows_in(root / "calm")), list(rows_in(root / "killed"))
    with Journal(root / "killed") as journal:
        faults = faults_of(journal)
    print(f"frames                    {len(before)}")
    print(f"kill -9                   {kills}, {starts} starts")
    print(f"rows equal                {before == after}")
    print(f"lost or doubled           {len(before) - len({row['source'] for row in after})}")
    print(f"faults in the audit       {len(faults)}")
    print(f"in peace, killed          {calm:.0f} s, {killed:.0f} s")
    if before != after or faults:
        sys.exit(1)


def rows_in(run: Path) -> Iterator[dict[str, Any]]:
    """Yield rows without what two runs may differ in."""
    with Journal(run) as journal:
        for row in journal.rows():
            yield {name: cell for name, cell in row.items() if name not in DIFFER}


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
