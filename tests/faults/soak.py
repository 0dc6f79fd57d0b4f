"""Thousands of requests, and whether memory, handles and temporary files stay flat.

    python -m tests.faults.soak [--requests 20000] [--clients 8]

Good pictures of several formats, damaged ones and no pictures at all, by turns, at the demo gate.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from service.child import Served, free_port, served
from service.settings import ServiceSettings
from tests.faults.crowd import crowd
from tests.faults.fault import unaccounted
from tests.faults.pictures import encoded, good_image, good_picture

PARTS = 10
MB = 1_000_000
GROWTH_ALLOWED = 1.15
"""Of memory after the first tenth: allocators keep what they once had."""
HANDLES_ALLOWED = 20


@dataclass(frozen=True, slots=True)
class Held:
    """What the processes of a server hold.

    Args:
        memory_mb: Resident, of all of them.
        handles: Open, of all of them.
        files: In the folder for temporary files.
    """

    memory_mb: float
    handles: int
    files: int

    def __str__(self) -> str:
        return f"{self.memory_mb:.0f} MB, {self.handles} handles, {self.files} temporary files"


def held_by(server: Served, temporary: Path) -> Held:
    """Return what the server holds now."""
    memory, handles = 0, 0
    for process in family(server):
        with suppress(psutil.NoSuchProcess):
            memory += process.memory_info().rss
            handles += process.num_fds()
    files = sum(len(names) for _, _, names in os.walk(temporary))
    return Held(memory / MB, handles, files)


def family(server: Served) -> list[psutil.Process]:
    """Return the server's first process and all below it."""
    parent = psutil.Process(server.process_id)
    return [parent, *parent.children(recursive=True)]


def bodies() -> list[bytes]:
    """Return what is posted by turns: every third one is judged to be no good picture."""
    small = good_image().resize((320, 240))
    return [
        encoded(small, "JPEG"),
        encoded(small, "PNG"),
        good_picture()[:4000],
        encoded(small, "WEBP"),
        good_picture(),
        b"no picture",
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak a service, print what it held after every tenth, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=8)
    chosen = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        temporary = Path(folder) / "tmp"
        temporary.mkdir()
        os.environ["TMPDIR"] = str(temporary)
        settings = ServiceSettings(
            port=free_port(), drain_seconds=0, database=f"sqlite:///{folder}/review.sqlite"
        )
        with served(settings, log=Path(folder) / "log.txt") as server:
            return _soaked(server, temporary, chosen.requests // PARTS, chosen.clients)


def _soaked(server: Served, temporary: Path, each: int, clients: int) -> int:
    posted = bodies()
    sizes, wrong = [], 0
    for part in range(PARTS):
        came = crowd(server.url, posted, clients=clients, requests=each)
        sizes.append(held_by(server, temporary))
        wrong += came.wrong
        sys.stdout.write(f"{(part + 1) * each:6} requests: {sizes[-1]}; {came}\n")
        sys.stdout.flush()
    lost = unaccounted(server.url)
    first, last = sizes[0], sizes[-1]
    sys.stdout.write(f"after {each}: {first}\nafter {each * PARTS}: {last}\n")
    sys.stdout.write(f"without a proper answer: {wrong}; frames unaccounted for: {lost:.0f}\n")
    flat = (
        last.memory_mb < first.memory_mb * GROWTH_ALLOWED
        and last.handles <= first.handles + HANDLES_ALLOWED
        and last.files <= first.files
    )
    return int(not flat or wrong > 0 or lost != 0)


if __name__ == "__main__":
    sys.exit(main())
