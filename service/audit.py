"""The blind sample of judged frames is written down before they are answered."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import structlog
from structlog.typing import FilteringBoundLogger

from monitoring import metrics
from review.database import StoreError
from review.sample import Sample, SampledFrame
from review.store import ReviewStore
from service.station import Judged

log: FilteringBoundLogger = structlog.get_logger()

REST_SECONDS = 30
"""After a failure the database is left alone for so long: frames must not queue before it."""
PATIENCE_SECONDS = 2
"""A frame is answered without its record rather than later than this."""


class Audit:
    """Keeps the blind sample; whatever fails here, frames are answered.

    A frame that could not be recorded is not in the sample. That does not depend on what it
    shows, so the sample stays fair; it is counted, because nobody would miss it otherwise.

    Args:
        store: None when no database is kept.
        sample: Who is in it.
    """

    def __init__(self, store: ReviewStore | None, sample: Sample) -> None:
        self._store = store
        self._sample = sample
        self._rests_until = 0.0
        # One thread: writers of one process would only wait for each other.
        self._thread = ThreadPoolExecutor(1, "audit")

    async def record(
        self, asked: str, judged: Sequence[Judged], *, digest: str, flight: str | None = None
    ) -> None:
        """Write down those of the frames that are in the sample; never raises.

        Args:
            asked: The ensemble that the client asked for.
            judged: Frames and what the gate said of them.
            digest: Of the gate that said it.
            flight: They belong to.
        """
        if self._store is None:
            return
        taken = (
            self._sample.take(
                one.frame.id, one.verdict.decision, ensemble=asked, digest=digest, flight=flight
            )
            for one in judged
        )
        frames = [frame for frame in taken if frame is not None]
        if frames:
            await self._keep(self._store, asked, frames)

    async def _keep(self, store: ReviewStore, asked: str, frames: list[SampledFrame]) -> None:
        if monotonic() < self._rests_until:
            metrics.AUDIT_FAILURES.labels(asked).inc(len(frames))
            return
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await loop.run_in_executor(self._thread, store.record, frames)
        except (StoreError, TimeoutError) as error:
            self._rests_until = monotonic() + REST_SECONDS
            metrics.AUDIT_FAILURES.labels(asked).inc(len(frames))
            log.error("audit_failed", ensemble=asked, frames=len(frames), error=str(error))  # noqa: TRY400 - no traceback: the message says what to do

    def close(self) -> None:
        """Let the thread end when it has nothing left to do."""
        self._thread.shutdown(wait=False, cancel_futures=True)
