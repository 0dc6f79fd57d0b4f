"""Who may come in: the body under a size and a time limit first, then a slot.

In this order, so that slow clients hold memory but never a slot: eight slow bodies would
otherwise lock everybody out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import ceil
from time import perf_counter

from starlette.requests import ClientDisconnect, Request

from ensembles.reasons import Reason
from monitoring import metrics
from service.refusals import Refusal
from service.settings import MB, ServiceSettings

DISCARD_SECONDS = 1.0
"""How long an unwanted body is read on: a client still sending would miss our answer."""
LONGEST_RETRY_SECONDS = 60
RECENT = 0.1
"""Weight of the newest request in the mean time a slot is held."""


class Bodies:
    """Receives request bodies, and bounds the memory they take together."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._grace = settings.receive_grace_seconds
        self._rate = settings.receive_mb_per_second * MB
        self._room = int(settings.bodies_mb * MB)

    @asynccontextmanager
    async def receive(self, request: Request, *, most: int) -> AsyncIterator[bytes]:
        """Give the whole body; its memory counts until the block ends.

        Args:
            request: Nothing of its body has been read.
            most: Bytes it may have.

        Raises:
            Refusal: Too large, too slow, no memory left for it, or the client left.
        """
        chunks: list[bytes] = []
        held = 0
        try:
            with metrics.clock("receive"):
                await self._fill(chunks, request, most)
            body = b"".join(chunks)
            held = len(body)
            chunks.clear()
            yield body
        finally:
            self._room += held + sum(map(len, chunks))

    async def _fill(self, chunks: list[bytes], request: Request, most: int) -> None:
        declared = _declared_size(request)
        stream = request.stream()
        start, received = asyncio.get_running_loop().time(), 0
        try:
            self._refuse_too_large(declared, most)
            async with asyncio.timeout(None) as limit:
                limit.reschedule(start + self._patience(declared))
                async for chunk in stream:
                    received += len(chunk)
                    self._refuse_too_large(received, most)
                    self._take_room(len(chunk))
                    chunks.append(chunk)
                    limit.reschedule(start + self._patience(max(declared, received)))
        except TimeoutError:
            raise Refusal(
                Reason.TIMEOUT,
                f"the body came too slowly: {received} bytes within the time allowed, "
                f"{self._grace:g} s and {self._rate / MB:g} MB/s",
                status=408,
            ) from None
        except ClientDisconnect:
            raise Refusal(Reason.DISCONNECTED, "the client left while sending") from None
        except Refusal:
            await read_on(request, stream)
            raise

    def _patience(self, size: int) -> float:
        return self._grace + size / self._rate

    def _take_room(self, size: int) -> None:
        if size > self._room:
            raise Refusal(
                Reason.OVERLOADED, "too many large requests at once; try again", retry_after=1
            )
        self._room -= size

    @staticmethod
    def _refuse_too_large(size: int, most: int) -> None:
        if size > most:
            raise Refusal(
                Reason.TOO_LARGE,
                f"the body has {size} bytes or more; at most {most} are taken",
            )


class Slots:
    """A bounded number of requests at work, a bounded queue before them, and 429 beyond it."""

    def __init__(self, slots: int, queue: int) -> None:
        self._slots = slots
        self._queue = queue
        self._free = asyncio.Semaphore(slots)
        self._waiting = 0
        self._mean_seconds = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot during the block.

        Raises:
            Refusal: Every slot and the queue are taken.
        """
        await self._wait()
        start = perf_counter()
        try:
            yield
        finally:
            self._free.release()
            self._mean_seconds += RECENT * (perf_counter() - start - self._mean_seconds)

    async def _wait(self) -> None:
        if self._free.locked() and self._waiting >= self._queue:
            raise Refusal(
                Reason.OVERLOADED,
                f"{self._slots} requests are at work and {self._waiting} wait; try again",
                retry_after=self._retry_after,
            )
        self._waiting += 1
        try:
            with metrics.REQUESTS_WAITING.track_inprogress():
                await self._free.acquire()
        finally:
            self._waiting -= 1

    @property
    def _retry_after(self) -> int:
        """Seconds until half the queue will have moved, as the last requests went."""
        half_queue = self._mean_seconds * (self._waiting + self._slots) / self._slots / 2
        return min(LONGEST_RETRY_SECONDS, max(1, ceil(half_queue)))


def _declared_size(request: Request) -> int:
    """Return the `Content-Length`, or 0 when the length is not told beforehand."""
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


async def read_on(request: Request, stream: AsyncIterator[bytes]) -> None:
    """Read an unwanted body for a moment, unless its sender waits to be asked for it."""
    if "expect" in request.headers:
        return
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DISCARD_SECONDS):
            async for _ in stream:
                pass
