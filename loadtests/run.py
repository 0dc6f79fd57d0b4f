"""Starts a service, lets field clients at it for a minute, and leaves HTML and CSV.

Fails when an answer was wrong, or when the service's own counters do not add up.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

from service.child import free_port, served
from service.settings import ServiceSettings

RESULTS = Path(__file__).with_name("results")
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
SETTLE_SECONDS = 10
RECEIVED, ANSWERED = "skysift_frames_received_total", "skysift_frames_total"
FRAMES = re.compile(rf"^({RECEIVED}|{ANSWERED})(?:\{{.*\}})? (\S+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Run a load test and return the exit code."""
    chosen = _parser().parse_args(arguments)
    RESULTS.mkdir(exist_ok=True)
    settings = ServiceSettings(port=free_port(), workers=chosen.workers)
    with served(settings, log=RESULTS / "service.log") as server:
        code = locust(server.url, users=chosen.users, seconds=chosen.seconds)
        received, answered = settled(server.url)
    print(f"received {received:.0f} frames, answered {answered:.0f}; see {RESULTS}/report.html")
    return code or int(received != answered or received == 0)


def locust(url: str, *, users: int, seconds: int) -> int:
    """Run the field clients and return locust's exit code: 1 when any answer was wrong."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", url, "--headless"]
    command += ["--users", str(users), "--spawn-rate", str(users), "--run-time", f"{seconds}s"]
    command += ["--html", str(RESULTS / "report.html"), "--csv", str(RESULTS / "load")]
    command += ["--stop-timeout", "20", "--only-summary", "--exit-code-on-error", "1"]
    return subprocess.run(command, check=False, cwd=LOCUSTFILE.parents[1]).returncode


def settled(url: str) -> tuple[float, float]:
    """Return frames received and frames answered, once they are equal or time is up."""
    end = monotonic() + SETTLE_SECONDS
    while True:
        with urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310 - our own http address
            received, answered = counted(answer.read().decode())
        if received == answered or monotonic() > end:
            return received, answered
        sleep(0.2)


def counted(exposition: str) -> tuple[float, float]:
    """Return frames received and frames answered, from Prometheus's text format."""
    sums = {RECEIVED: 0.0, ANSWERED: 0.0}
    for family, value in FRAMES.findall(exposition):
        sums[family] += float(value)
    return sums[RECEIVED], sums[ANSWERED]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtests.run", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long (60)")
    parser.add_argument("--users", type=int, default=9, help="clients at the same time (9)")
    parser.add_argument("--workers", type=int, default=1, help="worker processes (1)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
