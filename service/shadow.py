"""A second gate that judges a share of the frames, and changes no answer.

What it would have changed is counted and told. It works on a thread of its own, from the bytes
as they came: it sees what it would see if it were served, and the gate that is served decodes,
judges and answers as if there were no shadow. When it is busy, frames pass it by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Literal

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.errors import ConfigError
from ensembles.gate import share_of
from ensembles.reasons import Reason
from ensembles.voter import Voter
from ensembles.votes import Decision, Verdict
from models.catalog import read
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.settings import ModelSettings
from monitoring import metrics
from monitoring.around import guard
from service.multipart import Upload
from service.settings import ServiceSettings

log: FilteringBoundLogger = structlog.get_logger()

Outcome = Literal["both_review", "both_skip", "gained", "lost", "failed", "dropped"]

SALT = "shadow:"
"""Makes the share independent of full ballots and of the blind sample."""
MOST_WAITING = 4
"""Frames that wait for it, with all their bytes; more are dropped."""
LOOK_SECONDS = 1.0
OUTCOMES: Mapping[tuple[Decision, Decision], Outcome] = {
    ("review", "review"): "both_review",
    ("skip", "skip"): "both_skip",
    ("skip", "review"): "gained",
    ("review", "skip"): "lost",
}
"""By what was answered and what the shadow says."""
COMPARED = tuple(OUTCOMES.values())
BROKEN = frozenset({Reason.VOTER_FAILED, Reason.VOTER_TIMEOUT})
"""With one of these the verdict says more of the shadow's voters than of its judgement."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """A frame that was judged, and what was answered."""

    upload: Upload
    frame_id: str
    decision: Decision


class Shadow:
    """Compares what a gate would say with what was said.

    Args:
        ensemble: Name of the one that is served.
        gate: The other one, loaded.
        share: Of the frames, in [0, 1], chosen by a hash of the frame's id.
        models: What pictures may cost.
    """

    def __init__(
        self, ensemble: str, gate: Ensemble, *, share: float, models: ModelSettings
    ) -> None:
        self.gate = gate
        self.share = share
        self.counts: dict[Outcome, int] = dict.fromkeys((*COMPARED, "failed", "dropped"), 0)
        self._ensemble = ensemble
        self._limits = models.limits
        self._waiting: Queue[_Answered] = Queue(MOST_WAITING)
        self._ended = Event()
        self._thread = Thread(target=self._work, name="shadow", daemon=True)
        for outcome in self.counts:
            metrics.SHADOW_FRAMES.labels(ensemble, self.name, outcome)

    @property
    def name(self) -> str:
        """Of the gate."""
        return self.gate.config.name

    @property
    def agreement(self) -> float | None:
        """Share of the compared frames on which both say the same; None before the first."""
        compared = sum(self.counts[outcome] for outcome in COMPARED)
        same = self.counts["both_review"] + self.counts["both_skip"]
        return same / compared if compared else None

    def replace(self, gate: Ensemble) -> None:
        """Judge by another gate from the next frame on, and count anew."""
        self.gate, self.counts = gate, dict.fromkeys(self.counts, 0)

    def start(self) -> None:
        """Begin to compare, on a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Let the thread end when it is free; nobody waits for it."""
        self._ended.set()

    def offer(self, upload: Upload, frame: Frame, verdict: Verdict) -> None:
        """Let the shadow have a frame that was judged, if it is of its share; returns at once."""
        if share_of(SALT + frame.id) >= self.share:
            return
        try:
            self._waiting.put_nowait(_Answered(upload, frame.id, verdict.decision))
        except Full:
            self._count("dropped")

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                self._compare(self._waiting.get(timeout=LOOK_SECONDS))
            except Empty:
                continue

    def _compare(self, answered: _Answered) -> None:
        outcome = self._outcome(answered)
        self._count(outcome)
        if outcome in {"gained", "lost"}:
            log.info(
                "shadow",
                ensemble=self._ensemble,
                shadow=self.name,
                digest=self.gate.digest,
                outcome=outcome,
                frame=answered.frame_id,
            )

    def _outcome(self, answered: _Answered) -> Outcome:
        try:
            verdict = self._judge(answered.upload)
        except Exception:  # whatever goes wrong in a shadow, the service goes on
            log.exception("shadow_failed", shadow=self.name, frame=answered.frame_id)
            return "failed"
        if BROKEN.intersection(verdict.reasons):
            return "failed"
        return OUTCOMES[answered.decision, verdict.decision]

    def _judge(self, upload: Upload) -> Verdict:
        frame = Frame.decode(
            upload.data,
            source=upload.name,
            enough_px=self.gate.enough_px,
            enough_scale=self.gate.enough_scale,
            limits=self._limits,
        )
        [verdict] = self.gate.gate.judge([frame])
        return verdict

    def _count(self, outcome: Outcome) -> None:
        self.counts[outcome] += 1
        metrics.SHADOW_FRAMES.labels(self._ensemble, self.name, outcome).inc()


def refuse_stranger(shadow: Path, served: Path) -> None:
    """Refuse a shadow that looks for something else than the gate it is compared with.

    Raises:
        ConfigError: It does, or one of the two files is wrong.
    """
    ours, theirs = read(served).target, read(shadow).target
    if theirs != ours:
        raise ConfigError(f"looks for {theirs!r}, not for {ours!r}", source=str(shadow))


def load_shadow(path: Path, served: Path, models: ModelSettings) -> Ensemble:
    """Return the gate of a shadow.

    Args:
        path: Its ensemble file.
        served: The file of the ensemble that it is compared with.
        models: Where weights live and how networks run.

    Raises:
        ConfigError: A file is wrong, or the two look for different things.
        WeightsError: A model cannot run here.
    """
    refuse_stranger(path, served)
    return load_ensemble(path, models, around=_apart)


def shadow_of(settings: ServiceSettings, models: ModelSettings) -> Shadow | None:
    """Return the shadow that the settings ask for; None without one, or when it cannot be loaded.

    Whoever starts the service is told before (`service/serve.py`). A worker that comes later, and
    finds that somebody spoiled the file, serves without.
    """
    if settings.shadow is None:
        return None
    served = settings.ensembles[0]
    try:
        gate = load_shadow(settings.shadow, served, models)
        return Shadow(read(served).name, gate, share=settings.shadow_share, models=models)
    except Exception:  # whatever a kind of somebody's own raises, the service starts
        log.exception("shadow_cannot_start", file=str(settings.shadow))
        return None


def _apart(ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float) -> Voter[Frame]:
    """Put clock and safety net around a voter, and keep its metrics apart from those served."""
    return guard(f"{ensemble} (shadow)", name, voter, timeout_seconds)
