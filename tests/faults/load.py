"""Requests a second and their p99 at 1, 8, 32 and 128 clients, before and after overload.

    python -m tests.faults.load [--requests 400] [--clients 1 8 32 128]

The demo gate on the demo picture, with the settings of this shell. Between the two halves of the
table 300 clients come at once and do not wait when they are told to.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from service.child import free_port, served
from service.settings import ServiceSettings
from tests.faults.crowd import Came, crowd
from tests.faults.pictures import good_picture

WARM_UP = 20
TOO_MANY = 300
OVERLOAD_REQUESTS = 3000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.load", description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128])
    chosen = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        settings = ServiceSettings(
            port=free_port(), drain_seconds=0, database=f"sqlite:///{folder}/review.sqlite"
        )
        with served(settings, log=Path(folder) / "log.txt") as server:
            wrong = _measured(server.url, chosen.requests, chosen.clients)
    return int(wrong > 0)


def _measured(url: str, requests: int, counts: Sequence[int]) -> int:
    """Print the lines, and return how many requests went wrong."""
    bodies = [good_picture()]
    crowd(url, bodies, clients=1, requests=WARM_UP)
    wrong = 0
    for when in ("before", "after"):
        for clients in counts:
            came = crowd(url, bodies, clients=clients, requests=requests)
            _say(when, clients, came)
            wrong += came.wrong
        if when == "before":
            came = crowd(url, bodies, clients=TOO_MANY, requests=OVERLOAD_REQUESTS, waits=False)
            _say("overload", TOO_MANY, came)
            wrong += came.wrong
    return wrong


def _say(when: str, clients: int, came: Came) -> None:
    sys.stdout.write(f"| {when} | {clients} | {came} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
