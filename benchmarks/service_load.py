"""What clients of the service wait, and what it gets done per second of CPU.

    python -m benchmarks.service_load [--gate demo|full] [--requests 96] [--clients 1 4 16 32]

A service is started as `skysift serve` starts it, with the `SKYSIFT_*` variables of this shell.
Then so many clients post at once, each its next picture when it has the last answer; `full` has
three full-size voters and 12 MP JPEGs as `benchmarks.compare`, and asks all of them about
every picture. Latency is wall time and suffers from other work on the machine; frames per CPU
second, over all processes of the server, do not. `decode + judge` is the time spent in the two
stages over the wall time: above 1, they overlap (or several judgements do).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.processes import cpu_seconds
from benchmarks.setting.ensembles import Gate
from benchmarks.setting.pictures import drawn
from benchmarks.setting.setting import make_setting
from benchmarks.stand_ins import VOTERS
from service.child import Served, free_port, served
from service.settings import DEMO, ServiceSettings

EXAMPLE = DEMO.parents[1] / "demo" / "example.jpg"
PICTURES = 4
WARM_UP = 8


@dataclass(frozen=True, slots=True)
class Load:
    """What so many clients saw.

    Args:
        latencies: Seconds, shape (requests,).
        wall: Seconds, from the first request to the last answer.
        cpu: Seconds, of all processes of the server.
        busy: Seconds that decoding and the voters took, added up.
    """

    latencies: np.ndarray
    wall: float
    cpu: float
    busy: float

    def line(self, clients: int) -> str:
        """Return one row of the table."""
        count = len(self.latencies)
        middle, high = np.percentile(self.latencies, [50, 95]) * 1000
        return (
            f"{clients:8}{middle:10.0f}{high:10.0f}{count / self.wall:12.1f}"
            f"{count / self.cpu:16.1f}{self.busy / self.wall:16.2f}"
        )


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gate", choices=["demo", "full"], default="demo")
    parser.add_argument("--requests", type=int, default=96)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16, 32])
    options = parser.parse_args()
    with TemporaryDirectory() as folder, _service(options.gate, Path(folder)) as server:
        bodies = _bodies(options.gate)
        load(server, bodies, WARM_UP, clients=2)
        print(
            f"{'clients':>8}{'p50 ms':>10}{'p95 ms':>10}{'frames/s':>12}{'frames/CPU s':>16}"
            f"{'decode + judge':>16}"
        )
        for clients in options.clients:
            print(load(server, bodies, options.requests, clients=clients).line(clients), flush=True)
    return 0


@contextmanager
def _service(gate: str, folder: Path) -> Iterator[Served]:
    path = DEMO
    if gate == "full":
        # From a score of 1 on nobody ever says yes, so everybody is asked about every frame.
        path = make_setting().ensemble(Gate("load", thresholds=dict.fromkeys(VOTERS, 1.0)))
    settings = ServiceSettings(ensembles=(path,), port=free_port(), drain_seconds=0)
    with served(settings, log=folder / "log.txt") as server:
        yield server


def _bodies(gate: str) -> list[bytes]:
    return [EXAMPLE.read_bytes()] if gate == "demo" else [drawn(seed) for seed in range(PICTURES)]


def load(server: Served, bodies: Sequence[bytes], requests: int, *, clients: int) -> Load:
    """Let clients post until so many requests are answered."""
    waiting = iter(list(islice(cycle(bodies), requests)))
    parts = urlsplit(server.url)

    def client(_: int) -> list[float]:
        seconds = []
        with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=120)) as connection:
            for body in waiting:
                started = perf_counter()
                connection.request("POST", "/v1/triage", body)
                response = connection.getresponse()
                answer = response.read()
                if response.status != 200:
                    raise RuntimeError(f"status {response.status}: {answer.decode()}")
                seconds.append(perf_counter() - started)
        return seconds

    busy, cpu, started = _busy(server), cpu_seconds(server.process_id), perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        latencies = [each for own in pool.map(client, range(clients)) for each in own]
    wall = perf_counter() - started
    spent = cpu_seconds(server.process_id) - cpu
    return Load(np.array(latencies), wall, spent, _busy(server) - busy)


def _busy(server: Served) -> float:
    """Return the seconds spent in decoding and in the voters so far."""
    with urlopen(f"{server.url}/metrics") as answer:  # noqa: S310 - our own service
        text = answer.read().decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "skysift_stage_duration_seconds_sum"
        and sample.labels["stage"] in {"decode", "voter"}
    )


if __name__ == "__main__":
    sys.exit(main())
