"""Starts a service, lets field clients at it for a minute, and leaves HTML and CSV.

Fails when an answer was wrong, or when the service's own counters do not add up.
"""

import argparse
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

RESULTS = Path(__file__).with_name("results")
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
START_SECONDS = 120
STOP_SECONDS = 30
SETTLE_SECONDS = 10
FAMILY = re.compile(
    r"^(skysift_frames_received_total|skysift_frames_total)(?:\{.*\})? (\S+)$", re.MULTILINE
)


def main(arguments: list[str] | None = None) -> int:
    """Run a load test and return the exit code."""
    chosen = _parser().parse_args(arguments)
    RESULTS.mkdir(exist_ok=True)
    with service(chosen.workers) as url:
        code = locust(url, users=chosen.users, seconds=chosen.seconds)
        lost = settled(url)
    print(f"received {lost[0]:.0f} frames, answered {lost[1]:.0f}; see {RESULTS}/report.html")
    return code or int(lost[0] != lost[1] or lost[0] == 0)


def locust(url: str, *, users: int, seconds: int) -> int:
    """Run the field clients and return locust's exit code: 1 when any answer was wrong."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", url, "--headless"]
    command += ["--users", str(users), "--spawn-rate", str(users), "--run-time", f"{seconds}s"]
    command += ["--html", str(RESULTS / "report.html"), "--csv", str(RESULTS / "load")]
    command += ["--stop-timeout", "20", "--only-summary", "--exit-code-on-error", "1"]
    return subprocess.run(command, check=False, cwd=LOCUSTFILE.parents[1]).returncode


@contextmanager
def service(workers: int) -> Iterator[str]:
    """Give the address of a service that is ready; it is ended by its process id."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "skysift", "serve", "--port", str(port)]
    with (RESULTS / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--workers", str(workers)],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=LOCUSTFILE.parents[1],
        )
        try:
            _wait_until_ready(url, process)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def settled(url: str) -> tuple[float, float]:
    """Return frames received and frames answered, once nothing is in flight any more."""
    end = monotonic() + SETTLE_SECONDS
    while True:
        received, answered = counted(_get(f"{url}/metrics"))
        if received == answered or monotonic() > end:
            return received, answered
        sleep(0.2)


def counted(exposition: str) -> tuple[float, float]:
    """Return frames received and frames answered, from Prometheus's text format."""
    sums = {"skysift_frames_received_total": 0.0, "skysift_frames_total": 0.0}
    for family, value in FAMILY.findall(exposition):
        sums[family] += float(value)
    return sums["skysift_frames_received_total"], sums["skysift_frames_total"]


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"the service ended with {process.returncode}; see {RESULTS}/service.log")
        try:
            _get(f"{url}/readyz")
        except (URLError, ConnectionError):
            sleep(0.2)
        else:
            return
    sys.exit(f"the service was not ready after {START_SECONDS} s; see {RESULTS}/service.log")


def _get(url: str) -> str:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own service on the loopback
        text: str = answer.read().decode()
        return text


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtests.run", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long (60)")
    parser.add_argument("--users", type=int, default=9, help="clients at the same time (9)")
    parser.add_argument("--workers", type=int, default=1, help="worker processes (1)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
