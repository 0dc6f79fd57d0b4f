"""A request ends in time, and nothing of it stays when it has ended."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from service.errors import HANDLERS
from service.exchange import Recorded
from service.serve import ROOT
from service.time_limit import TimeLimit
from tests.service.wire import Wire

PATH = "/v1/triage"
SHORT_SECONDS = 0.05
LONG_SECONDS = 300
LIST_LIMITS = """
from service.app import Skysift
for one in Skysift.to_asgi().user_middleware:
    print(one.cls.__module__, one.cls.__name__)
"""


def limited(handler: Callable[[Request], object], seconds: float) -> ASGIApp:
    """The handler as our apps hold it, under a limit."""
    app = Starlette(
        routes=[Route(PATH, handler, methods=["POST"])],
        middleware=[Middleware(Recorded)],
        exception_handlers=HANDLERS,
    )
    return TimeLimit(app, seconds)


def timers() -> int:
    """How many things this loop will still do by itself."""
    waiting = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
    return sum(not handle.cancelled() for handle in waiting)


async def at_once(request: Request) -> Response:
    return PlainTextResponse("seen")


def test_an_answer_in_time_is_given_as_it_is_and_leaves_no_timer() -> None:
    async def story() -> None:
        before = timers()
        wire = await Wire(limited(at_once, LONG_SECONDS), PATH).send(b"").done()

        assert wire.status == 200
        assert timers() == before

    asyncio.run(story())


def test_a_late_answer_is_a_review_with_its_reason_and_the_work_is_stopped() -> None:
    stopped = []

    async def never(request: Request) -> Response:
        try:
            await asyncio.sleep(LONG_SECONDS)
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        return PlainTextResponse("too late")

    async def story() -> None:
        wire = await Wire(limited(never, SHORT_SECONDS), PATH).send(b"").done()

        assert wire.status == 503
        assert (wire.answer["decision"], wire.answer["reason"]) == ("review", "timeout")
        assert stopped

    asyncio.run(story())


def test_an_answer_that_has_begun_is_not_cut_off() -> None:
    async def slowly(request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun "
            await asyncio.sleep(3 * SHORT_SECONDS)
            yield b"and done"

        return StreamingResponse(parts())

    async def story() -> None:
        wire = await Wire(limited(slowly, SHORT_SECONDS), PATH).send(b"").done()

        assert wire.body == b"begun and done"

    asyncio.run(story())


def test_a_timeout_inside_is_not_taken_for_this_one() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise TimeoutError("of a socket")

    async def story() -> None:
        with pytest.raises(TimeoutError, match="of a socket"):
            await Wire(TimeLimit(app, LONG_SECONDS)).send(b"").done()

    asyncio.run(story())


def test_the_served_app_has_this_limit_and_not_the_one_that_never_lets_go() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LIST_LIMITS], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()

    assert "service.time_limit TimeLimit" in said
    assert not [line for line in said if line.endswith("TimeoutMiddleware")]
