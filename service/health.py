"""What `/readyz` says: ready, degraded or not, and why."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.readiness import Readiness

PATH = "/readyz"
Status = Literal["ready", "degraded", "not_ready"]


@dataclass(frozen=True, slots=True)
class EnsembleHealth:
    """How one ensemble is.

    Args:
        digest: Of the gate that judges.
        voters_down: Those that give no score; frames are judged without them.
        trouble: Why its file cannot be loaded as it is now; empty when it can.
    """

    digest: str
    voters_down: Sequence[str]
    trouble: str


@dataclass(frozen=True, slots=True)
class Health:
    """How this worker is.

    Args:
        status: Ready and degraded are answered 200: pictures are welcome. Not ready is 503; those
            that come are answered all the same.
        reasons: Why it is not plainly ready.
        ensembles: By name.
    """

    status: Status
    reasons: Sequence[str]
    ensembles: dict[str, EnsembleHealth]


def health_of(readiness: Readiness) -> Health:
    """Return how the worker is."""
    desk = readiness.desk
    if desk is None:
        return Health("not_ready", ["models are being loaded"], {})
    stations = desk.lineup.stations
    ensembles = {
        name: EnsembleHealth(station.ensemble.digest, station.down, desk.troubles.get(name, ""))
        for name, station in stations.items()
    }
    against = ["it was told to end"] if readiness.draining else []
    against += [
        f"no voter of {name} gives scores"
        for name, station in stations.items()
        if not station.has_a_voter
    ]
    lacking = [reason for name, one in ensembles.items() for reason in _lacks(name, one)]
    status: Status = "not_ready" if against else "degraded" if lacking else "ready"
    return Health(status, [*against, *lacking], ensembles)


def _lacks(name: str, one: EnsembleHealth) -> list[str]:
    voters = [f"voter {voter} of {name} gives no score" for voter in one.voters_down]
    return [*voters, *([f"{name} cannot be loaded as it is on the disk"] if one.trouble else [])]


class Readyz:
    """An app in which `/readyz` says more than BentoML's own.

    Args:
        app: Answers everything else.
        readiness: Of this worker.
    """

    def __init__(self, app: ASGIApp, readiness: Readiness) -> None:
        self.app = app
        self.readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `GET /readyz`, and leave the rest to the app."""
        asked = (scope["type"], scope["path"]) == ("http", PATH) if "path" in scope else False
        if not asked or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        health = health_of(self.readiness)
        body = json.dumps(asdict(health), indent=1) + "\n"
        status = 503 if health.status == "not_ready" else 200
        await Response(body, status, media_type="application/json")(scope, receive, send)
