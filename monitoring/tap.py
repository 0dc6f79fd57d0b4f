"""The tap: takes what drift needs off the way of a frame, and never holds the frame up."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread

import numpy as np
import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.gate import share_of
from ensembles.seat import FrameT
from ensembles.voter import Voter
from ensembles.votes import Verdict
from monitoring.around import Watched
from monitoring.attributes import Pixels, attributes_of
from monitoring.delta_files import DeltaWriter
from monitoring.drift import Drift, DriftState
from monitoring.drift_metrics import DRIFT_LOST
from monitoring.embeddings import Embeddings
from monitoring.leader import Leader, last_state
from monitoring.observation import Floats, Observation, Observations, rank_of, scores_of
from monitoring.pane_state import State, rows_of
from monitoring.panes import Arrival
from monitoring.profile import Profile

log: FilteringBoundLogger = structlog.get_logger()

MOST_WAITING = 256
"""Frames that wait to be taken down; beyond them frames are lost to drift, and counted."""

SWEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One frame, as the way it came left it."""

    frame_id: str
    pixels: Pixels
    verdict: Verdict
    flight: str
    embedding: Floats | None
    seconds: float


class Tap:
    """Drift of one ensemble in one worker.

    It sees the full ballots that the hash of the frame chose, and no others: a frame on which
    everybody was asked because the votes were open, or because a client asked, is no fair sample.

    Args:
        ensemble: Its name.
        profile: Made with this gate.
        full_ballots: Share of frames on which every voter is asked.
        folder: Shared by all workers of this gate.
        false_alarms_per_week: What an operator puts up with.
        clock: POSIX seconds.
    """

    def __init__(
        self,
        ensemble: str,
        profile: Profile,
        *,
        full_ballots: float,
        folder: Path,
        false_alarms_per_week: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ensemble = ensemble
        self._profile = profile
        self._full_ballots = full_ballots
        self._folder = folder
        self._clock = clock
        self._embeddings = Embeddings()
        self._waiting: Queue[_Seen] = Queue(MOST_WAITING)
        self._writer = DeltaWriter(folder, profile.layout.width)
        self._leader = Leader(
            ensemble, folder, lambda: Drift(profile, false_alarms_per_week=false_alarms_per_week)
        )
        self._ended = Event()
        self._thread = Thread(target=self._work, name=f"drift-{ensemble}", daemon=True)
        self.state = DriftState()

    def start(self) -> None:
        """Begin to take frames down, on a thread of its own."""
        self._thread.start()

    def around(self, name: str, voter: Voter[FrameT]) -> Voter[FrameT]:
        """Return the voter with an ear at it, if it is the one whose embeddings are watched."""
        if name != self._profile.identity.encoder:
            return voter
        return Watched(voter, self._embeddings, self.wants)

    def wants(self, frame_id: str) -> bool:
        """Return whether the hash of a frame chose it for a full ballot."""
        return share_of(frame_id) < self._full_ballots

    def note(self, frame_id: str, pixels: Pixels, verdict: Verdict, flight: str) -> None:
        """Take note of a frame that was judged; returns at once."""
        if not (self.wants(frame_id) and verdict.full_ballot):
            return
        seen = _Seen(
            frame_id, pixels, verdict, flight, self._embeddings.pop(frame_id), self._clock()
        )
        try:
            self._waiting.put_nowait(seen)
        except Full:
            DRIFT_LOST.labels(self._ensemble).inc()

    def take_down(self) -> None:
        """Write down every frame that waits."""
        while True:
            try:
                seen = self._waiting.get_nowait()
            except Empty:
                return
            self._write(seen)

    def sweep(self) -> None:
        """Sum what all workers saw if this one leads, and learn what is wrong now."""
        try:
            self._leader.sweep(self._clock())
            self.state = last_state(self._folder)
        except OSError as error:
            log.warning("drift_cannot_write", ensemble=self._ensemble, error=str(error))

    def close(self) -> None:
        """Write down what waits, and let another worker lead."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * SWEEP_SECONDS)
        self.take_down()
        self._leader.close()

    def _work(self) -> None:
        while not self._ended.wait(SWEEP_SECONDS):
            self.take_down()
            self.sweep()

    def _write(self, seen: _Seen) -> None:
        arrival = Arrival(
            rank_of(seen.frame_id), flight_key(seen.flight), seen.seconds, self._row(seen)
        )
        try:
            self._writer.append(arrival)
        except OSError as error:
            DRIFT_LOST.labels(self._ensemble).inc()
            log.warning("drift_cannot_write", ensemble=self._ensemble, error=str(error))

    def _row(self, seen: _Seen) -> State:
        usual = self._profile.reference.embedding
        observed = Observation(
            id=seen.frame_id,
            flight=seen.flight,
            attributes=attributes_of(seen.pixels),
            scores=scores_of(seen.verdict, self._profile.identity.voters),
            kept=seen.verdict.decision == "review",
            embedding=None if usual is None else seen.embedding,
        )
        frames = Observations.of(
            [observed],
            voters=len(self._profile.identity.voters),
            dimension=0 if usual is None else usual.dimension,
        )
        return np.asarray(rows_of(frames, self._profile.reference)[0])


def flight_key(flight: str) -> str:
    """Return 16 hex digits that stand for a flight, whatever it is called."""
    return blake2b(flight.encode(), digest_size=8).hexdigest()
