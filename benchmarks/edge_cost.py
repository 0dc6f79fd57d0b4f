"""What keys and traces cost a request: CPU of the whole server, without models.

    python -m benchmarks.edge_cost [--requests 1000] [--rounds 3]

Posts a small picture to a gate of one voter that costs nothing, from four clients, by turns with
and without each, and prints the median of the rounds. The log goes to a file, as in service; what
one line of it costs is measured by itself.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, redirect_stderr
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from urllib.parse import urlsplit

import structlog
from PIL import Image

from benchmarks.machine import machine
from benchmarks.processes import cpu_seconds
from service.child import Served, free_port, served
from service.key_file import write_keys
from service.keys import ApiKey, KeyScope, hashed, new_key
from service.logs import configure_logs
from service.settings import ServiceSettings
from tests.service.collector import collecting

CLIENTS = 4
WARM_UP = 200
LINES = 20_000
MANY_KEYS = 100
PATIENCE_SECONDS = 300
FAKE = """
name: fake
target: light
voters:
  - {name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5, options: {}}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table."""
    chosen = _parser().parse_args(arguments)
    print(machine(), flush=True)
    print(f"one line of the log: {line_seconds() * 1e6:.0f} us")
    with TemporaryDirectory() as folder, collecting() as collector:
        file, key = _gate(Path(folder)), _keys(Path(folder))
        ways: dict[str, dict[str, object]] = {
            "neither": {},
            f"{MANY_KEYS} keys": {"api_keys": Path(folder) / "keys.yaml"},
            "traces, none sampled": {"traces_to": collector.url, "traces_share": 0},
            "traces, 1 in 10": {"traces_to": collector.url, "traces_share": 0.1},
            "traces, all": {"traces_to": collector.url, "traces_share": 1},
        }
        costs: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(chosen.rounds):
            for way, settings in ways.items():
                with _serving(file, Path(folder), settings) as server:
                    costs[way].append(milliseconds(server, key, chosen.requests))
                print(f"{way}: {costs[way][-1]:.2f} ms", flush=True)
    print("\n| with | CPU per request, ms | least to most |\n| --- | --- | --- |")
    for way, found in costs.items():
        print(f"| {way} | {median(found):.2f} | {min(found):.2f} to {max(found):.2f} |")
    return 0


def line_seconds() -> float:
    """Return the CPU time of one log line of a judged picture."""
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        configure_logs("json")
        log = structlog.get_logger()
        told = {"ensemble": "demo", "digest": "d" * 64, "frames": ["f" * 64], "key": "drone"}
        start = process_time()
        for _ in range(LINES):
            log.info(
                "request",
                request_id="r" * 32,
                method="POST",
                route="/v1/triage",
                status=200,
                seconds=0.031,
                decisions=["review"],
                reasons=[],
                **told,
            )
        seconds = process_time() - start
    structlog.reset_defaults()
    return seconds / LINES


def milliseconds(server: Served, key: str, requests: int) -> float:
    """Return the server's CPU time for one request."""
    picture = BytesIO()
    Image.new("RGB", (48, 48)).save(picture, "JPEG")
    post = _poster(server.url, key, picture.getvalue())
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(post, [WARM_UP // CLIENTS] * CLIENTS))
        before = cpu_seconds(server.process_id)
        list(clients.map(post, [requests // CLIENTS] * CLIENTS))
    return (cpu_seconds(server.process_id) - before) / requests * 1000


def _poster(url: str, key: str, body: bytes) -> Callable[[int], None]:
    parts = urlsplit(url)

    def post(times: int) -> None:
        with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
            for _ in range(times):
                headers = {"Authorization": f"Bearer {key}"}
                connection.request("POST", "/v1/triage", body, headers)
                answer = connection.getresponse()
                if not answer.read() or answer.status != 200:
                    raise RuntimeError(f"status {answer.status}")

    return post


@contextmanager
def _serving(file: Path, folder: Path, settings: dict[str, object]) -> Iterator[Served]:
    base = {"ensembles": (file,), "port": free_port(), "drain_seconds": 0, "database": "none"}
    with served(
        ServiceSettings.model_validate(base | settings),
        log=folder / "log",
        seconds=PATIENCE_SECONDS,
    ) as server:
        yield server


def _gate(folder: Path) -> Path:
    (folder / "fake.yaml").write_text(FAKE)
    return folder / "fake.yaml"


def _keys(folder: Path) -> str:
    keys = [new_key() for _ in range(MANY_KEYS)]
    entries = [
        ApiKey(name=f"drone-{number}", scopes=(KeyScope.TRIAGE,), sha256=hashed(key))
        for number, key in enumerate(keys)
    ]
    write_keys(folder / "keys.yaml", entries)
    return keys[-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edge_cost", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="in each round (1000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each, by turns (3)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
