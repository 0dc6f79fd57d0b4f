"""The load: some clients, each posting the next picture as soon as its last one is answered."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import local
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.laps import Answers, Scores
from benchmarks.setting.pictures import Picture

TIMEOUT_SECONDS = 300
OK = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Args:
        path: With its query.
        body: What is posted.
        headers: Such as what the body is.
    """

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "image/jpeg"})


Ask = Callable[[bytes], Call]
"""From an encoded picture to the request that has it scored."""
Understand = Callable[[bytes], Scores]
"""From the body of the answer to the scores."""


@dataclass(frozen=True, slots=True)
class HttpRunning:
    """A server that is ready, and how to ask it; see `Running`."""

    process_id: int
    url: str
    ask: Ask
    understand: Understand

    def answer(self, pictures: Sequence[Picture], clients: int) -> Answers:
        """Post every picture, `clients` at a time."""
        connections = local()

        def one(picture: Picture) -> tuple[Scores, float]:
            if not hasattr(connections, "own"):
                connections.own = _connected(self.url)
            call = self.ask(picture.data)
            started = perf_counter()
            body = _posted(connections.own, call)
            return self.understand(body), perf_counter() - started

        with ThreadPoolExecutor(clients) as pool:
            answered = list(pool.map(one, pictures))
        return Answers([scores for scores, _ in answered], [seconds for _, seconds in answered])


def _connected(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)


def _posted(connection: HTTPConnection, call: Call) -> bytes:
    connection.request("POST", call.path, call.body, dict(call.headers))
    response = connection.getresponse()
    answer = response.read()
    if response.status != OK:
        raise RuntimeError(f"{call.path}: status {response.status}: {answer[:500]!r}")
    return answer
