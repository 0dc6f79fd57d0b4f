"""A client that sees everything of an answer, and believes nothing."""

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

PATIENCE_SECONDS = 90

Body = bytes | Iterable[bytes] | None


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: Of HTTP.
        body: Its bytes.
        seconds: From the first byte sent to the last one received.
        headers: By their name in lower case.
    """

    status: int
    body: bytes
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body as an object; empty when it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def counts(self) -> dict[str, float]:
        """The sum of each metric over its labels, from a page of metrics."""
        totals: dict[str, float] = {}
        for family in text_string_to_metric_families(self.body.decode()):
            for sample in family.samples:
                totals[sample.name] = totals.get(sample.name, 0) + sample.value
        return totals


def get(url: str) -> Answer:
    """Return the answer to a GET."""
    return ask("GET", url)


def post(url: str, body: Body, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a POST; a body in pieces goes without a length, in chunks."""
    return ask("POST", url, body, headers)


def ask(
    method: str, url: str, body: Body = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return the answer to one request on a connection of its own.

    Raises:
        OSError: There was none: the connection failed, or nothing came for a long time.
        HTTPException: What came is no HTTP.
    """
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    started = perf_counter()
    with closing(
        HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
    ) as connection:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        answer = response.read()
        seen = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, answer, perf_counter() - started, seen)
