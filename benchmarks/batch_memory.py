"""Memory and rate of a job as it grows, with a voter that costs nothing.

    python -m benchmarks.batch_memory --rows 1000 10000 100000 1000000

Inputs are links to a few small pictures, so that a million of them fit on a disk: as many names,
as many rows. Memory is resident memory, sampled; peaks are shown. It counts libraries in each
process anew, and does not change with what else runs on the machine. Start and export count in
CPU time and rate.
"""

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psutil
from PIL import Image

from batch.journal import Journal
from benchmarks.cheap_voter import cheap_ensemble

SAMPLE_SECONDS = 0.5
LINKS_PER_FILE = 30_000
"""Below what common file systems allow."""

LINKS_PER_FOLDER = 1_000


def main() -> None:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    print("rows | rows/s | CPU ms a row | job MB | largest worker MB | all MB | journal MB")
    print("---|---|---|---|---|---|---")
    for rows in asked.rows:
        with TemporaryDirectory() as folder:
            print(measured(Path(folder), rows, asked.workers), flush=True)


def measured(root: Path, rows: int, workers: int) -> str:
    """Return one line of the table."""
    link(root / "flight", rows)
    ensemble = cheap_ensemble(root)
    options = ("--ensemble", ensemble, "--out", root / "run", "--workers", workers)
    command = ("score", root / "flight", *options)
    began, cpu_before = monotonic(), cpu_seconds()
    peaks = peaks_of([sys.executable, "-m", "skysift", *map(str, command)])
    seconds, cpu = monotonic() - began, cpu_seconds() - cpu_before
    with Journal(root / "run") as journal:
        if journal.counts().scored != rows:
            sys.exit(f"{journal.counts()}: not all {rows} were scored")
        size = journal.path.stat().st_size
    memory = f"{peaks.job:.0f} | {peaks.worker:.0f} | {peaks.together:.0f}"
    pace = f"{rows / seconds:.0f} | {1000 * cpu / rows:.2f}"
    return f"{rows} | {pace} | {memory} | {size / 1e6:.0f}"


def cpu_seconds() -> float:
    """Return what the processes that this one has waited for have used, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


@dataclass(frozen=True, slots=True)
class Peaks:
    """The most memory at any moment, MB.

    Args:
        job: Of the process that was started.
        worker: Of the largest of its children.
        together: Of all of them at the same moment.
    """

    job: float = 0.0
    worker: float = 0.0
    together: float = 0.0

    def over(self, job: float, crew: Sequence[float]) -> "Peaks":
        """Return the peaks after one more look."""
        return Peaks(
            max(self.job, job),
            max(self.worker, *crew, 0.0),
            max(self.together, job + sum(crew)),
        )


def peaks_of(command: Sequence[str]) -> Peaks:
    """Run a command and return its peaks."""
    peaks = Peaks()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            root = psutil.Process(process.pid)
            crew = [memory_of(child) for child in root.children(recursive=True)]
            peaks = peaks.over(memory_of(root), crew)
            with suppress(subprocess.TimeoutExpired):
                process.wait(SAMPLE_SECONDS)
    return peaks


def memory_of(process: psutil.Process) -> float:
    """Return what a process holds, MB; 0 when it has just ended."""
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0


if __name__ == "__main__":
    main()
