"""Whoever holds the lock sums what all workers saw, closes panes and shows what they say."""

import fcntl
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import structlog
from structlog.typing import FilteringBoundLogger

from monitoring.delta_files import DeltaReader
from monitoring.drift import Drift, DriftState, Judged
from monitoring.drift_metrics import show, show_at_rest
from monitoring.findings import WHAT_TO_DO
from monitoring.panes import Arrival, Pane

log: FilteringBoundLogger = structlog.get_logger()

LOCK, STATE, REPORT = "leader.lock", "leader.npz", "drift.json"

SETTLE_SECONDS = 2.0
"""Frames are summed when they are so old: by then every worker has written down its own."""

StartDrift = Callable[[], Drift]


class Leader:
    """Sums what all workers saw, if this process holds the lock of the folder.

    The lock goes with its process, so another worker leads when this one dies, and goes on from
    what was kept.

    Args:
        ensemble: Its name; labels the metrics.
        folder: Shared by all workers.
        start: Returns a drift that has seen nothing.
    """

    def __init__(self, ensemble: str, folder: Path, start: StartDrift) -> None:
        self._ensemble = ensemble
        self._folder = folder
        self._start = start
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        self._drift: Drift | None = None
        self._reader: DeltaReader | None = None

    @property
    def leads(self) -> bool:
        """Whether this process sums, shows and reports."""
        return self._drift is not None

    def sweep(self, now: float) -> None:
        """Sum what came, if this process leads; raises `OSError` when the disk fails."""
        if not self._take_the_lead() or self._drift is None or self._reader is None:
            return
        before = dict(self._reader.read)
        closed = [
            judged
            for record in self._reader.take(before=now - SETTLE_SECONDS)
            if (judged := self._drift.take(record.arrival)) is not None
        ]
        if (late := self._drift.tick(now - SETTLE_SECONDS)) is not None:
            closed.append(late)
        if closed or self._reader.read != before:
            self._keep(self._drift, self._reader)
        for judged in closed:
            show(self._ensemble, self._drift, judged)
            self._report(judged)
        self._reader.drop_finished()

    def close(self) -> None:
        """Let another process lead."""
        os.close(self._lock)
        self._drift = None

    def _take_the_lead(self) -> bool:
        if self._drift is not None:
            return True
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._drift, self._reader = self._resumed()
        show_at_rest(self._ensemble, self._drift)
        log.info("drift_leads", ensemble=self._ensemble, panes=self._drift.panes.count)
        return True

    def _resumed(self) -> tuple[Drift, DeltaReader]:
        """Return where the last leader stopped; the beginning when nothing can be read of it."""
        drift = self._start()
        width = drift.profile.layout.width
        try:
            state = self._folder / STATE
            with state.open("rb") as raw, np.load(raw, allow_pickle=False) as kept:
                read = _restore(drift, kept)
        except FileNotFoundError:
            read = {}
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            log.warning("drift_state_lost", ensemble=self._ensemble, error=str(error))
            read = {}
        return drift, DeltaReader(self._folder, width, read)

    def _keep(self, drift: Drift, reader: DeltaReader) -> None:
        """Write down where this leader is, whole or not at all."""
        part = self._folder / f"{STATE}.part"
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **_kept(drift, reader.read))
        part.replace(self._folder / STATE)

    def _report(self, judged: Judged) -> None:
        part = self._folder / f"{REPORT}.part"
        text = json.dumps(report_of(self._ensemble, judged), indent=2, allow_nan=False)
        part.write_text(text, encoding="utf-8")
        part.replace(self._folder / REPORT)
        if judged.kinds:
            causes = [cause for finding in judged.findings for cause in finding.causes]
            kinds = sorted(judged.kinds)
            log.warning("drift", ensemble=self._ensemble, kinds=kinds, causes=causes[:3])


def report_of(ensemble: str, judged: Judged) -> dict[str, Any]:
    """Return what the windows that end with a pane say, for programs and people."""
    return {
        "ensemble": ensemble,
        "at": datetime.fromtimestamp(judged.pane.seconds[1], UTC).isoformat(timespec="seconds"),
        "alarms": sorted(judged.kinds),
        "what_to_do": [WHAT_TO_DO[kind] for kind in sorted(judged.kinds)],
        "pane": {"frames": len(judged.pane.numbers), "flights": judged.pane.flights},
        "windows": [
            {
                "panes": finding.panes,
                "score": round(finding.score, 4),
                "limit": round(finding.limit, 4),
                "kinds": finding.kinds,
                "causes": finding.causes,
                "attribute": finding.attribute,
                "attributes": {name: round(v, 4) for name, v in finding.attributes.items()},
                "voters": {name: round(v, 4) for name, v in finding.voters.items()},
                "embedding": round(finding.embedding, 4),
                "share_kept": round(finding.kept, 4),
            }
            for finding in judged.findings
        ],
    }


def last_state(folder: Path) -> DriftState:
    """Return what the leader last reported, for every other worker."""
    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return DriftState()
    return DriftState(frozenset(report["alarms"]))


def _kept(drift: Drift, read: dict[str, int]) -> dict[str, Any]:
    recent = list(drift.panes.recent)
    waiting = drift.panes.open.arrivals
    width = drift.profile.layout.width
    head = {
        "read": read,
        "count": drift.panes.count,
        "panes": [[*pane.seconds, len(pane.numbers), pane.flights] for pane in recent],
        "waiting": [[str(one.rank), one.flight, one.seconds] for one in waiting],
    }
    return {
        "head": np.array(json.dumps(head)),
        "panes": np.array([pane.state for pane in recent], dtype=np.int64).reshape(-1, width),
        "rows": np.array([one.row for one in waiting], dtype=np.int64).reshape(-1, width),
    }


def _restore(drift: Drift, kept: Any) -> dict[str, int]:  # noqa: ANN401 - NumPy's NpzFile
    """Put a drift where the last leader was; return what that one had read."""
    head = json.loads(str(kept["head"]))
    for (first, last, frames, flights), state in zip(head["panes"], kept["panes"], strict=True):
        drift.add(Pane(state, (first, last), (-1,) * frames, flights))
    for (rank, flight, seconds), row in zip(head["waiting"], kept["rows"], strict=True):
        drift.panes.open.take(Arrival(int(rank), flight, seconds, row))
    drift.panes.count = head["count"]
    read: dict[str, int] = head["read"]
    return read
