"""Faults that a test of the suite shows: the row runs it."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.faults.fault import Fault, Place, Seen

ROOT = Path(__file__).parents[2]
PASSED = re.compile(r"(\d+) passed")


def tests_pass(place: Place, *, chosen: tuple[str, ...]) -> Seen:
    """Run the tests in a process of their own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    passed = PASSED.search(done.stdout)
    count = int(passed[1]) if passed else 0
    failed = "" if done.returncode == 0 else f", exit code {done.returncode}"
    return Seen(f"tests passed: {count}{failed}", done.returncode == 0 and count > 0)


def row(name: str, part: str, fault: str, expected: str, *chosen: str) -> Fault:
    """Return the row of a fault that tests show.

    Args:
        name: Of the row.
        part: A heading of the table.
        fault: What the tests do.
        expected: What they look for.
        chosen: What pytest is told.
    """
    return Fault(name, part, fault, expected, partial(tests_pass, chosen=chosen), slow=True)


WEIGHTS, SEEING, JOBS = "Weights and files", "Seeing it", "Jobs"
FAULTS = (
    row(
        "weights-at-reload",
        WEIGHTS,
        "an edited gate that is wrong, half written, or whose weights are, while serving",
        "the old gate judges on; a metric and a log line",
        "tests/service/test_reload.py",
    ),
    row(
        "hostile-files",
        WEIGHTS,
        "a pickle or torch's archive under other names; `kind: os:system`",
        "refused, and no code runs",
        "tests/models/test_hostile_files.py",
    ),
    row(
        "clock-in-process",
        "Machine",
        "the clock of the day jumps by two days either way, in the process",
        "the same verdict; nothing is measured by that clock",
        "tests/service/test_clocks.py",
    ),
    row(
        "log-injection",
        SEEING,
        "line breaks, escape codes and U+2028 in what a client sends",
        "one line of the log stays one line",
        "tests/service/test_logs.py",
        "-k",
        "begins_a_line",
    ),
    row(
        "log-pipe",
        SEEING,
        "whoever reads the log goes away (a closed pipe)",
        "the line is counted as lost, and nothing else is",
        "tests/service/test_logs.py",
        "-k",
        "reader",
    ),
    row(
        "job-killed",
        JOBS,
        "a job's process or a worker is killed, and gone on with",
        "every input has one row, none twice",
        "tests/batch/test_local.py",
        "tests/batch/test_job.py",
    ),
)
