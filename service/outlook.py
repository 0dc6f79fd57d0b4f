"""Watches the promise of every ensemble while it runs, and calls in the wider gate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import get_args

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.certificate import Status, read_certificate
from ensembles.standing import Standing
from models.ensemble import Ensemble
from monitoring import metrics
from review.database import StoreError
from review.recall import LiveRecall, live_recall
from review.standing_now import standing_now
from review.store import ReviewStore
from review.turns import Turn
from service.stand_in import StandIn

log: FilteringBoundLogger = structlog.get_logger()

DriftAlarms = Callable[[str], frozenset[str]]
"""Returns the kinds of drift whose alarm is on for an ensemble."""


def no_alarms(ensemble: str) -> frozenset[str]:  # noqa: ARG001 - fits DriftAlarms
    """Return that nothing is known to drift."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of an ensemble's promise, as of the last look.

    Args:
        standing: Whether a recall is promised now.
        live: What labels say of the recall; None without a database.
        switched: Whether the wider gate judges.
    """

    standing: Standing
    live: LiveRecall | None = None
    switched: bool = False


class Watch:
    """Looks at labels and drift alarms, and says what is promised and who judges.

    Everything it knows comes from the database and from the drift monitor, so all workers see the
    same, and a restart changes nothing.

    Args:
        ensembles: All that are loaded.
        stand_ins: The wider gates, by the name of the ensemble they stand in for.
        store: None when no database is kept.
        drift_alarms: Of an ensemble.
    """

    def __init__(
        self,
        ensembles: Sequence[Ensemble],
        stand_ins: Mapping[str, StandIn],
        store: ReviewStore | None,
        *,
        drift_alarms: DriftAlarms = no_alarms,
    ) -> None:
        self._ensembles = ensembles
        self._stand_ins = stand_ins
        self._store = store
        self._drift_alarms = drift_alarms
        self._promised = {one.config.name: _promised(one) for one in ensembles}
        self._outlooks = {one.config.name: Outlook(one.standing) for one in ensembles}
        self._evidence: dict[str, tuple[tuple[int, int], LiveRecall]] = {}
        self._one_look = Lock()

    def outlook(self, ensemble: str) -> Outlook:
        """Return what is known of the ensemble of this name."""
        return self._outlooks[ensemble]

    def stand_in(self, ensemble: str) -> StandIn | None:
        """Return the wider gate of the ensemble of this name."""
        return self._stand_ins.get(ensemble)

    def judge_of(self, ensemble: str) -> str:
        """Return the name of the ensemble whose gate judges for this one now."""
        stand_in = self._stand_ins.get(ensemble)
        return stand_in.name if stand_in and self._outlooks[ensemble].switched else ensemble

    def over(
        self,
        ensembles: Sequence[Ensemble],
        stand_ins: Mapping[str, StandIn],
        *,
        drift_alarms: DriftAlarms,
    ) -> "Watch":
        """Return a watch over other ensembles; what is known of those that stay is kept."""
        other = Watch(ensembles, stand_ins, self._store, drift_alarms=drift_alarms)
        for ensemble in ensembles:
            name = ensemble.config.name
            if any(ensemble is one for one in self._ensembles):
                other._outlooks[name] = self._outlooks[name]
                if name in self._evidence:
                    other._evidence[name] = self._evidence[name]
        return other

    def look(self) -> None:
        """Bring everything up to date; what cannot be read stays as it was."""
        with self._one_look:
            try:
                newest = self._store.newest_label() if self._store else 0
                seen = {one.config.name: self._seen(one, newest) for one in self._ensembles}
                counts = self._store.label_counts() if self._store else {}
            except StoreError as error:
                metrics.WATCH_FAILURES.inc()
                log.error("watch_failed", error=str(error))  # noqa: TRY400 - no traceback: the message says what to do
                return
            self._outlooks = seen
        for name, outlook in seen.items():
            _show(name, outlook, self._stand_ins.get(name))
        for labels, count in counts.items():
            metrics.LABELS.labels(*labels).set(count)

    def _seen(self, ensemble: Ensemble, newest: int) -> Outlook:
        name = ensemble.config.name
        alarms = self._drift_alarms(name)
        if self._store is None:
            return Outlook(standing_now(ensemble.standing, drift_alarms=alarms))
        turn = self._store.last_turn(name, ensemble.digest)
        live = self._live(self._store, ensemble, (newest, turn.after_label))
        standing = standing_now(ensemble.standing, drift_alarms=alarms, live=live)
        if stand_in := self._stand_ins.get(name):
            turn = _turned(self._store, turn, standing, stand_in)
        return Outlook(standing, live, turn.switched)

    def _live(self, store: ReviewStore, ensemble: Ensemble, state: tuple[int, int]) -> LiveRecall:
        """Return what labels say; it only changes with a new label or a new beginning."""
        name = ensemble.config.name
        known = self._evidence.get(name)
        if known is None or known[0] != state:
            frames = store.labelled(ensemble.digest, after=state[1])
            known = self._evidence[name] = (state, live_recall(frames, self._promised[name]))
        return known[1]


def _promised(ensemble: Ensemble) -> float | None:
    if ensemble.config.certificate is None or ensemble.standing.status != "valid":
        return None
    return read_certificate(ensemble.config.certificate).recall


def _turned(store: ReviewStore, turn: Turn, standing: Standing, stand_in: StandIn) -> Turn:
    """Return whose turn it is; of several workers that find out at once, one says so."""
    called_for = standing.status in stand_in.when
    if turn.state == "armed" and called_for:
        following = turn.switch(f"{standing.status}: {standing.reason}")
    elif turn.state == "restored" and not called_for:
        following = turn.arm()
    else:
        return turn
    if store.add_turn(following) and following.switched:
        log.warning(
            "gate_switched",
            ensemble=turn.ensemble,
            to=stand_in.name,
            reason=following.reason,
            more_review_hours_per_1000_frames=stand_in.review_hours,
            back="skysift review restore",
        )
    return store.last_turn(turn.ensemble, turn.digest)


def _show(name: str, outlook: Outlook, stand_in: StandIn | None) -> None:
    for status in get_args(Status):
        metrics.CERTIFICATE_STATUS.labels(name, status).set(outlook.standing.status == status)
    metrics.GATE_SWITCHED.labels(name).set(outlook.switched)
    if stand_in and stand_in.review_hours is not None:
        metrics.SWITCH_REVIEW_HOURS.labels(name).set(stand_in.review_hours)
    live = outlook.live
    if live is None:
        return
    metrics.RECALL_POSITIVES.labels(name, "kept").set(live.kept)
    metrics.RECALL_POSITIVES.labels(name, "missed").set(live.missed)
    metrics.RECALL_LOWER_BOUND.labels(name).set(live.lower_bound)
    metrics.RECALL_EVIDENCE.labels(name).set(live.evidence or 0)
    metrics.RECALL_EVIDENCE_LIMIT.labels(name).set(live.limit)


def forget(ensemble: str) -> None:
    """Show that nothing is known any more of an ensemble that is gone."""
    for status in get_args(Status):
        metrics.CERTIFICATE_STATUS.labels(ensemble, status).set(0)
    metrics.GATE_SWITCHED.labels(ensemble).set(0)
