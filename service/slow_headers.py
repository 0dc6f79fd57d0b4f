"""Connections on which no request gets ready are closed.

The server gives a header all the time in the world: a client that sends one byte a minute, or
none, would hold a file handle for ever, and some thousands of them lock everybody out.
"""

import asyncio
import signal
from collections.abc import Collection
from time import monotonic
from typing import Protocol

import structlog
from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

LOOKS = 4
"""In the time that is allowed: a connection lives a quarter longer at most."""


class Cycle(Protocol):
    """A request and its answer, as uvicorn keeps them."""

    @property
    def response_complete(self) -> bool:
        """Whether the answer is on its way as a whole."""
        ...


class Connection(Protocol):
    """A connection, as uvicorn keeps it."""

    @property
    def cycle(self) -> Cycle | None:
        """The last request; None before the first."""
        ...

    @property
    def transport(self) -> asyncio.BaseTransport:
        """What closes it."""
        ...


class SlowHeaders:
    """Closes what has been without a request for too long.

    Args:
        connections: All of them; changes as clients come and go.
        seconds: From the connection, or the last answer, to a whole header.
    """

    def __init__(self, connections: Collection[Connection], *, seconds: float) -> None:
        self._connections = connections
        self._seconds = seconds
        self._idle_since: dict[Connection, tuple[Cycle | None, float]] = {}

    async def keep_looking(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(self._seconds / LOOKS)
            self.look(monotonic())

    def look(self, now: float) -> None:
        """Close what has been idle for too long at this time, seconds on a clock that only runs."""
        before, self._idle_since = self._idle_since, {}
        closed = 0
        for connection in tuple(self._connections):
            if (cycle := connection.cycle) is not None and not cycle.response_complete:
                continue
            last, since = before.get(connection, (cycle, now))
            # Another request than when we looked last: it was not idle all the time.
            self._idle_since[connection] = (cycle, since if last is cycle else now)
            if now - self._idle_since[connection][1] >= self._seconds:
                connection.transport.close()
                closed += 1
        if closed:
            log.info("slow_headers", connections=closed)


def connections_of_this_server() -> Collection[Connection] | None:
    """Return the connections of the uvicorn server that runs us; None when another one does.

    uvicorn hands itself to nobody, but it answers SIGTERM: ask before somebody else does.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    connections: Collection[Connection] | None = getattr(
        getattr(server, "server_state", None), "connections", None
    )
    return connections
