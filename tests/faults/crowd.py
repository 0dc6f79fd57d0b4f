"""Many clients at once, and what each of them was answered."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from threading import Barrier
from time import perf_counter, sleep
from urllib.parse import urlsplit

import numpy as np

OVERLOADED, LATE = 429, 503
UNFIT = frozenset({400, 413, 415})
PATIENCE_SECONDS = 120


@dataclass(slots=True)
class Came:
    """What the clients saw.

    Args:
        seconds: Of each answer with a verdict, from the first byte sent to the last received.
        unfit: Answers that the body is no picture that can be judged.
        refused: Answers 429 with `Retry-After`.
        rude: Answers 429 or 503 without it.
        lost: Requests without an answer.
        late: Answers 503 with `Retry-After`: accepted, and not judged within the deadline.
        others: Any other status.
        wall_seconds: From the first request to the last answer.
    """

    seconds: list[float] = field(default_factory=list)
    unfit: int = 0
    refused: int = 0
    late: int = 0
    rude: int = 0
    lost: int = 0
    others: dict[int, int] = field(default_factory=dict)
    wall_seconds: float = 0.0

    @property
    def wrong(self) -> int:
        """Requests that were neither judged nor told when to come back."""
        return self.rude + self.lost + sum(self.others.values())

    @property
    def per_second(self) -> float:
        """Verdicts a second."""
        return len(self.seconds) / self.wall_seconds

    def within(self, percent: float) -> float:
        """Return the seconds within which so many percent of the verdicts came."""
        return float(np.percentile(self.seconds, percent)) if self.seconds else float("nan")

    def __str__(self) -> str:
        unfit = f", {self.unfit} no pictures" if self.unfit else ""
        late = f", {self.late} too late" if self.late else ""
        return (
            f"{len(self.seconds)} judged, {self.per_second:.1f} a second, p50 "
            f"{self.within(50):.2f} s, p99 {self.within(99):.2f} s{unfit}{late}, "
            f"{self.refused} told to come back, {self.wrong} wrong"
        )


def crowd(
    url: str, bodies: Sequence[bytes], *, clients: int, requests: int, waits: bool = True
) -> Came:
    """Let clients post at once until so many requests are sent.

    Args:
        url: Of the service, without a path.
        bodies: Posted by turns.
        clients: Each sends its next request when it has the last answer.
        requests: Together.
        waits: Whether a client that is told when to come back does so then, and not at once.
    """
    came, numbers, start = Came(), count(), Barrier(clients)
    parts = urlsplit(url)
    turns = cycle(bodies)

    def client(_: int) -> None:
        start.wait()
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        with closing(connection):
            while next(numbers) < requests:
                _one(connection, next(turns), came, sleep if waits else _at_once)

    started = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    came.wall_seconds = perf_counter() - started
    return came


def _one(
    connection: HTTPConnection, body: bytes, came: Came, rest: Callable[[float], None]
) -> None:
    started = perf_counter()
    try:
        connection.request("POST", "/v1/triage", body)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        connection.close()
        came.lost += 1
        return
    retry_after = response.headers["Retry-After"]
    if response.status == 200:
        came.seconds.append(perf_counter() - started)
    elif response.status in UNFIT:
        came.unfit += 1
    elif response.status not in {OVERLOADED, LATE}:
        came.others[response.status] = came.others.get(response.status, 0) + 1
    elif retry_after is None:
        came.rude += 1
    else:
        came.late += response.status == LATE
        came.refused += response.status == OVERLOADED
        connection.close()  # the server would, while we rest
        rest(float(retry_after))


def _at_once(seconds: float) -> None:
    """Do not wait."""
