"""Ensembles with certificates, and labels for their frames."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from ensembles.certificate import Certificate, Share, write_certificate
from ensembles.standing import standing_of
from ensembles.voter import Voter
from ensembles.votes import Decision
from models.ensemble import Ensemble
from models.frames import Frame
from models.limits import Limits
from models.threads import Threads
from review.sample import SampledFrame
from review.store import ReviewStore
from service.auth import Door
from service.desk import Desk
from service.outlook import DriftAlarms, Watch, no_alarms
from service.routes import site_app, v1_app
from service.settings import ServiceSettings
from service.stand_in import StandIn
from tests.service.fake_kind import Brightness
from tests.service.fakes import ensemble

AT = "2026-05-01T09:30:00Z"


def certificate(name: str, digest: str, *, recall: float = 0.95, hours: float = 0.2) -> Certificate:
    return Certificate(
        ensemble=name,
        digest=digest,
        rule="or",
        thresholds={"bright": 0.5},
        recall=recall,
        confidence=0.95,
        counted="frames",
        positives=93,
        misses=1,
        bound=recall + 0.001,
        share_kept=Share(successes=30, trials=100, low=0.21, high=0.4),
        prevalence=Share(successes=10, trials=100, low=0.05, high=0.18),
        review_seconds_per_frame=2,
        review_hours_per_1000_frames=hours,
        method="one rule",
        rules_tried=1,
        made_at=datetime(2026, 5, 1, tzinfo=UTC),
        skysift_version="0.1.0",
    )


def certified(
    folder: Path, name: str = "demo", *, digest: str = "d" * 64, voter: Voter[Frame] | None = None
) -> Ensemble:
    """Return an ensemble that is promised a recall of .95."""
    path = folder / f"{name}.certificate.json"
    write_certificate(certificate(name, digest), path)
    plain = ensemble(name, bright=voter or Brightness())
    return replace(
        plain,
        digest=digest,
        config=plain.config.model_copy(update={"certificate": path}),
        standing=standing_of(path, digest),
    )


class Weather:
    """Drift alarms that a test turns on and off."""

    def __init__(self) -> None:
        self.alarms: frozenset[str] = frozenset()

    def __call__(self, ensemble: str) -> frozenset[str]:
        return self.alarms


class Site:
    """The whole site around certified ensembles and a review database, in one process.

    A second one in the same folder is a restart, or another worker.
    """

    def __init__(
        self,
        folder: Path,
        *ensembles: Ensemble,
        stand_ins: Mapping[str, StandIn] | None = None,
        drift_alarms: DriftAlarms = no_alarms,
        **settings: object,
    ) -> None:
        database = f"sqlite:///{folder / 'review.sqlite'}"
        usual = {"database": database, "open_to_all": True}
        chosen = ServiceSettings.model_validate(usual | settings)
        loaded = ensembles or (certified(folder),)
        self.desk = Desk.put_to_work(
            loaded, chosen, Limits(), Threads.for_many(1), stand_ins=stand_ins
        )
        watch = Watch(loaded, stand_ins or {}, self.desk.store, drift_alarms=drift_alarms)
        watch.look()
        self.desk.lineup = replace(self.desk.lineup, watch=watch)
        v1, site = v1_app(), site_app()
        v1.state.desk = self.desk
        v1.state.door = site.state.door = Door(chosen)
        app = Starlette(routes=[Mount("/v1", v1), Mount("/", site)])
        self.client = TestClient(app, raise_server_exceptions=False)

    @property
    def store(self) -> ReviewStore:
        found = self.desk.store
        assert found is not None
        return found

    def say(self, *labels: Mapping[str, Any], ensemble: str = "demo") -> dict[str, Any]:
        response = self.client.post(f"/v1/labels?ensemble={ensemble}", json={"labels": labels})
        answer: dict[str, Any] = response.json()
        return answer

    def listed(self, name: str = "demo") -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"/v1/ensembles/{name}").json()
        return answer

    def judge(self, body: bytes, ensemble: str = "demo") -> dict[str, Any]:
        answer: dict[str, Any] = self.client.post(
            f"/v1/triage?ensemble={ensemble}", content=body
        ).json()
        return answer


def frame_id(name: object) -> str:
    return sha256(str(name).encode()).hexdigest()


def positive(frame: str, **more: object) -> dict[str, Any]:
    return {"frame": frame, "label": "positive", "by": "anna", "at": AT} | more


def put_in_sample(
    store: ReviewStore,
    names: Sequence[object],
    decision: Decision,
    *,
    propensity: float = 1.0,
    least: float = 1.0,
    digest: str = "d" * 64,
) -> list[str]:
    """Record frames as if the gate had judged them; return their ids."""
    ids = [frame_id(name) for name in names]
    now = datetime.now(UTC)
    store.record(
        [SampledFrame("demo", digest, one, decision, propensity, least, now) for one in ids]
    )
    return ids
