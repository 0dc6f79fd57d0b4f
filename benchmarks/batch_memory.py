"""Memory and rate of a job as it grows, with a voter that costs nothing.

    python -m benchmarks.batch_memory --rows 1000 10000 100000

Inputs are links to a few small pictures, so that a million of them fit on a disk. Memory is the
proportional share (PSS) of all processes of the job, sampled; the peak is shown.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psutil
from PIL import Image

from batch.journal import Journal
from benchmarks.cheap_voter import KIND

SAMPLE_SECONDS = 0.25
LINKS_PER_FILE = 30_000
"""Below what common file systems allow."""

LINKS_PER_FOLDER = 1_000
ENSEMBLE = f"""
name: cheap
target: nothing
voters:
  - {{name: cheap, kind: "{KIND}", threshold: 0.5}}
vote: or
"""


def main() -> None:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    print("rows | rows/s | job MB | workers MB | journal MB")
    print("---|---|---|---|---")
    for rows in asked.rows:
        with TemporaryDirectory() as folder:
            print(measured(Path(folder), rows, asked.workers), flush=True)


def measured(root: Path, rows: int, workers: int) -> str:
    """Return one line of the table."""
    link(root / "flight", rows)
    (root / "cheap.yaml").write_text(ENSEMBLE, encoding="utf-8")
    options = ("--ensemble", root / "cheap.yaml", "--out", root / "run", "--workers", workers)
    command = ("score", root / "flight", *options)
    began = monotonic()
    job, crew = peaks_of([sys.executable, "-m", "skysift", *map(str, command)])
    seconds = monotonic() - began
    with Journal(root / "run") as journal:
        if journal.counts().scored != rows:
            sys.exit(f"{journal.counts()}: not all {rows} were scored")
        size = journal.path.stat().st_size
    return f"{rows} | {rows / seconds:.0f} | {job:.0f} | {crew:.0f} | {size / 1e6:.0f}"


def link(folder: Path, count: int) -> None:
    """Make `count` names of small pictures."""
    for number in range(count):
        source = folder / f"source{number // LINKS_PER_FILE}"
        if not number % LINKS_PER_FILE:
            folder.mkdir(exist_ok=True)
            Image.new("RGB", (16, 12), (number % 256,) * 3).save(source, "PNG")
        below = folder / f"{number // LINKS_PER_FOLDER:05}"
        if not number % LINKS_PER_FOLDER:
            below.mkdir()
        os.link(source, below / f"{number:07}.png")


def peaks_of(command: Sequence[str]) -> tuple[float, float]:
    """Return the peak memory of a command and of its children together, MB."""
    job = crew = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                process.wait(SAMPLE_SECONDS)
            except subprocess.TimeoutExpired:
                root = psutil.Process(process.pid)
                job = max(job, memory_of(root))
                crew = max(crew, sum(map(memory_of, root.children(recursive=True))))
    return job, crew


def memory_of(process: psutil.Process) -> float:
    """Return the proportional share of a process, MB; 0 when it has just ended."""
    try:
        return float(process.memory_full_info().pss) / 1e6
    except psutil.Error:
        return 0.0


if __name__ == "__main__":
    main()
