"""A client that sends its body when told, and can hang up: ASGI by hand."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message


class Wire:
    """One POST: what the client does (`send`, `hang_up`), and what it sees."""

    def __init__(
        self, app: ASGIApp, path: str = "/v1/triage", headers: Mapping[str, str] | None = None
    ) -> None:
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._sent: list[Message] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "root_path": "",
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        }
        self._task = asyncio.ensure_future(app(scope, self._incoming.get, self._take))

    async def _take(self, message: Message) -> None:
        self._sent.append(message)

    def send(self, body: bytes, *, more: bool = False) -> "Wire":
        self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": more})
        return self

    def hang_up(self) -> None:
        self._incoming.put_nowait({"type": "http.disconnect"})

    async def done(self) -> "Wire":
        await asyncio.wait_for(asyncio.shield(self._task), 10)
        return self

    @property
    def answered(self) -> bool:
        return self._task.done()

    @property
    def status(self) -> int:
        return int(self._sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {key.decode(): value.decode() for key, value in self._sent[0]["headers"]}

    @property
    def answer(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self._sent[1]["body"])
        return body

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self._sent)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on threads
            await asyncio.sleep(0)
