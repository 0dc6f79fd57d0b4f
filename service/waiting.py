"""Work that is stopped when its client leaves or its time is up."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from starlette.requests import Request

from ensembles.reasons import Reason
from service.refusals import Refusal

T = TypeVar("T")


async def while_wanted(request: Request, work: Coroutine[None, None, T], *, seconds: float) -> T:
    """Return what the work returns, unless nobody waits for it any more.

    Args:
        request: Its body has been read.
        work: Cancelled when the client leaves or the time is up; it has ended when this returns.
        seconds: Its deadline.

    Raises:
        Refusal: `disconnected` or `timeout`.
    """
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_hang_up(request))
    try:
        done, _ = await asyncio.wait(
            (task, gone), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if task in done:
            return task.result()
        if gone in done:
            raise Refusal(Reason.DISCONNECTED, "the client left before the answer")
        raise Refusal(Reason.TIMEOUT, f"not judged within {seconds:g} s", retry_after=1)
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
