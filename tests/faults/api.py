"""Asks the service everything its own OpenAPI document allows, and much that it does not.

    make faults-api        or   python -m tests.faults.api --schemathesis PATH [--examples 30]

Schemathesis (MIT) lives in an environment of its own. Every answer must have a status and a shape
that the document names; what the document forbids must be refused; nothing may be a 5xx.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from service.child import free_port, served
from service.settings import ServiceSettings
from tests.faults.fault import unaccounted

SEED = 7
CONFIG = Path(__file__).with_name("schemathesis.toml")
"""What is no finding, and why."""
CASES = re.compile(r"(\d+) generated(?:, (\d+) found)?")
OPERATIONS = re.compile(r"Tested: (\d+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it.

    Args:
        code: Of schemathesis: 0 when it found nothing.
        report: What it printed.
        lost: Frames unaccounted for afterwards.
    """

    code: int
    report: str
    lost: float

    def __str__(self) -> str:
        cases, operations = CASES.search(self.report), OPERATIONS.search(self.report)
        if cases is None or operations is None:
            return f"no report; exit code {self.code}"
        return (
            f"{cases[1]} cases over {operations[1]} calls, {cases[2] or 0} findings, "
            f"{self.lost:.0f} frames unaccounted for"
        )


def asked(schemathesis: Path, *, examples: int) -> Asked:
    """Start a service and let schemathesis at it.

    Args:
        schemathesis: Its command.
        examples: Of each call, at most.
    """
    with TemporaryDirectory() as folder:
        settings = ServiceSettings(
            port=free_port(), drain_seconds=0, database=f"sqlite:///{folder}/review.sqlite"
        )
        with served(settings, log=Path(folder) / "log.txt") as server:
            command = [str(schemathesis), "--config-file", str(CONFIG)]
            command += ["run", f"{server.url}/v1/openapi.json", "--no-color"]
            command += ["--max-examples", str(examples), "--seed", str(SEED)]
            command += ["--continue-on-failure"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            return Asked(done.returncode, done.stdout + done.stderr, unaccounted(server.url))


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, print what came of it, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.api", description=__doc__)
    parser.add_argument("--schemathesis", type=Path, required=True, help="its command")
    parser.add_argument("--examples", type=int, default=30, help="of each call, at most (30)")
    chosen = parser.parse_args(arguments)
    came = asked(chosen.schemathesis, examples=chosen.examples)
    sys.stdout.write(f"{came.report}\n{came}\n")
    return int(came.code != 0 or came.lost != 0)


if __name__ == "__main__":
    sys.exit(main())
