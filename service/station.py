"""One ensemble at work, and the threads it works on."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from time import time

import numpy as np

from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from ensembles.votes import Verdict
from models.ensemble import Ensemble
from models.frames import Frame
from models.limits import Limits
from models.threads import Threads
from monitoring import metrics
from monitoring.around import Forgiving, ShownOrder, TimedRule
from monitoring.tap import Tap
from service.batching import Joiner
from service.flight import Flight
from service.multipart import Upload
from service.pace import Pace, Pacing, Steady
from service.refusals import Refusal
from service.settings import ServiceSettings
from service.shadow import Shadow
from service.tracing import frame_span, show_verdict

LOOK_SECONDS = 0.1
PLAIN = Frame.of_pixels(np.full((64, 64, 3), 128, dtype=np.uint8))
"""A picture of nothing: what a voter says of it does not matter, only whether it says anything."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A frame and what the gate says of it."""

    frame: Frame
    verdict: Verdict


class Pools:
    """The threads of one worker process: while one frame is judged, the next are decoded.

    Args:
        threads: How many of each.
    """

    def __init__(self, threads: Threads) -> None:
        self.judge_threads = threads.judge
        self.judge = ThreadPoolExecutor(threads.judge, "judge")
        self.decode = ThreadPoolExecutor(threads.decode, "decode")

    def close(self) -> None:
        """Let the threads end when they have nothing left to do."""
        self.judge.shutdown(wait=False, cancel_futures=True)
        self.decode.shutdown(wait=False, cancel_futures=True)


class Station:
    """One ensemble at work: pictures are decoded for it and joined into its judgements."""

    def __init__(
        self,
        ensemble: Ensemble,
        limits: Limits,
        pools: Pools,
        settings: ServiceSettings,
        *,
        tap: Tap | None = None,
        voters: Mapping[str, Forgiving[Frame]] | None = None,
        shadow: Shadow | None = None,
    ) -> None:
        self.ensemble = ensemble
        self.tap = tap
        self._voters = voters or {}
        self._shadow = shadow
        self.name = ensemble.config.name
        self._users = 0
        gate = ensemble.gate
        names = [seat.name for seat in gate.seats]
        timed = gate.around(
            rule=TimedRule(gate.rule), asking=ShownOrder(self.name, names, gate.asking)
        )
        self._limits = limits
        self._pools = pools
        self._joiner = Joiner(
            lambda frames, ask_all: timed.judge(frames, ask_all=ask_all),
            pools.judge,
            threads=pools.judge_threads,
            pacing=_pacing(ensemble, settings),
        )

    @property
    def down(self) -> tuple[str, ...]:
        """Names of the voters that give no score."""
        return tuple(name for name, voter in self._voters.items() if voter.pulse.down)

    @property
    def has_a_voter(self) -> bool:
        """Whether any voter gives scores."""
        return not self._voters or len(self.down) < len(self._voters)

    def probe(self) -> None:
        """Ask the voters that give no score about a plain picture: perhaps they do again."""
        for name in self.down:
            self._voters[name].probe([PLAIN])

    def start(self) -> None:
        """Begin to watch for drift, if anything does."""
        if self.tap is not None:
            self.tap.start()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Tell that a request works with this station until the block ends."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1

    async def retire(self) -> None:
        """Let what belongs to this station alone go, once no request works with it any more."""
        while self._users:  # noqa: ASYNC110 - requests last long, and this happens seldom
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Let drift write down what it saw."""
        if self.tap is not None:
            self.tap.close()

    async def triage(self, upload: Upload, *, explain: bool, flight: Flight) -> Judged:
        """Return the verdict on one picture.

        Args:
            upload: The encoded picture.
            explain: Ask every voter, even when fewer would settle it.
            flight: What is known of the flight it is of.

        Raises:
            Refusal: The bytes are no picture, or the gate failed as a whole.
        """
        with frame_span(self.name, self.ensemble.digest) as span:
            with self._joiner.on_its_way():
                frame = await asyncio.get_running_loop().run_in_executor(
                    self._pools.decode, partial(copy_context().run, self._decode, upload)
                )
            verdict = await self._joiner.judge(frame, ask_all=explain)
            if Reason.INTERNAL in verdict.reasons:
                raise Refusal(Reason.INTERNAL, "the gate failed; the picture was not judged")
            show_verdict(span, frame, verdict)
        if self.tap is not None:
            name = flight.of_frame(frame.captured_at, now=time())
            self.tap.note(frame.id, frame.pixels, verdict, name)
        if self._shadow is not None:
            self._shadow.offer(upload, frame, verdict)
        return Judged(frame, verdict)

    def _decode(self, upload: Upload) -> Frame:
        try:
            with metrics.clock("decode"):
                return Frame.decode(
                    upload.data,
                    source=upload.name,
                    enough_px=self.ensemble.enough_px,
                    enough_scale=self.ensemble.enough_scale,
                    limits=self._limits,
                )
        except BadImageError as error:
            raise Refusal.of_picture(error) from error


def _pacing(ensemble: Ensemble, settings: ServiceSettings) -> Pacing:
    if ensemble.config.tiles:
        # A frame has tiles enough to fill a batch; joining would only make each wait for all.
        return Steady(1)
    if not settings.target_latency_ms:
        return Steady(settings.join_frames)
    return Pace(target_seconds=settings.target_latency_ms / 1000, most=settings.join_frames)
