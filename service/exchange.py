"""One request from its first line to its log line: its id, its metrics, its record."""

import re
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from monitoring import metrics
from service.auth import Visitor
from service.refusals import CLIENT_LEFT
from service.tracing import stage_spans, trace_id

log: FilteringBoundLogger = structlog.get_logger()

REQUEST_ID = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
UNANSWERED = 500
_KEY = "skysift.exchange"


@dataclass(slots=True)
class Exchange:
    """What is known of a request that is being answered.

    Args:
        request_id: The client's own when it is well formed, else a new one.
        route: Template of the route, never the path a client made up: it labels metrics.
        status: Of the answer; stays 500 when a fault prevents one.
        told: What the log line says beyond the usual; never pixels.
        logged: Whether there is a log line at all.
        decides: Whether it is about a picture, so that an error to it must say `review`.
        start: On the performance counter, seconds.
        recorded: Whether it has been counted.
        visitor: Whoever asks.
    """

    request_id: str
    route: str = UNMATCHED
    status: int = UNANSWERED
    told: dict[str, object] = field(default_factory=dict)
    logged: bool = True
    decides: bool = True
    start: float = field(default_factory=perf_counter)
    recorded: bool = False
    visitor: Visitor = field(default_factory=Visitor)

    @classmethod
    def of(cls, connection: HTTPConnection) -> "Exchange":
        """Return the exchange that the request belongs to."""
        found: Exchange = connection.scope[_KEY]
        return found

    @property
    def seconds(self) -> float:
        """Since the request began."""
        return perf_counter() - self.start

    def record(self, method: str) -> None:
        """Count, time and log the request, once."""
        if self.recorded:
            return
        self.recorded = True
        method = method if method in METHODS else "other"
        seconds = self.seconds
        metrics.HTTP_REQUESTS.labels(self.route, method, str(self.status)).inc()
        metrics.HTTP_SECONDS.labels(self.route).observe(seconds)
        if self.status == CLIENT_LEFT:
            metrics.HTTP_DISCONNECTS.inc()
        if self.logged:
            log.info(
                "request",
                request_id=self.request_id,
                method=method,
                route=self.route,
                status=self.status,
                seconds=round(seconds, 6),
                **self.told,
            )


class Recorded:
    """An app whose requests get an id, are counted, timed and logged, one line each."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request as the app inside does."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(_request_id(Headers(scope=scope)))
        scope[_KEY] = exchange

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = exchange.request_id
            elif not message.get("more_body"):
                # Before the answer ends: a client that has it finds itself counted.
                exchange.record(scope["method"])
            await send(message)

        if trace := trace_id():
            exchange.told["trace_id"] = trace
        try:
            with stage_spans():
                await self.app(scope, receive, send_with_id)
        finally:
            exchange.record(scope["method"])


def _request_id(headers: Headers) -> str:
    given = headers.get(REQUEST_ID, "")
    return given if WELL_FORMED.fullmatch(given) else uuid4().hex
