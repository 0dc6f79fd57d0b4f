"""Asks pip-audit whether a locked dependency has a known hole, and says so when it could not ask.

    python -m deploy.audit

The advisories are on the network. Where they cannot be had, nothing is known and the exit code is
0, so that a build without network does not fail; it is 1 for a known hole.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.lock import EXTRAS, FOLDER

PATIENCE_SECONDS = 300


def main() -> int:
    """Ask about every lock file, and return the exit code."""
    return max(_audited(name) for name in EXTRAS)


def findings(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return how many packages were asked about, and a line for each known hole."""
    packages = [one for one in report["dependencies"] if "skip_reason" not in one]
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in packages
        for hole in one["vulns"]
    ]
    return len(packages), holes


def _audited(name: str) -> int:
    try:
        report = json.loads(_asked(["-r", str(FOLDER / name), "--require-hashes"]))
    except (json.JSONDecodeError, subprocess.TimeoutExpired):
        report = {"dependencies": []}
    asked, holes = findings(report)
    if not asked:
        print(f"requirements/{name}: NOT audited: the advisories cannot be had from here")
        return 0
    print(*(f"requirements/{name}: {hole}" for hole in holes), sep="\n", end="\n" if holes else "")
    print(f"requirements/{name}: {asked} packages audited, {len(holes)} known holes")
    return int(bool(holes))


def _asked(arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--format", "json"]
    done = subprocess.run(  # noqa: S603 - our own tool, on our own files
        [*command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
