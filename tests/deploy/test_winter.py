"""A live service watches its drift, Prometheus watches the service, and it turns to winter.

The pictures are made of noise and the voter knows brightness alone, so that it takes seconds;
benchmarks/winter.py does the same with the demo world.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from deploy.boards import board
from deploy.page import Prometheus
from ensembles.certificate import write_certificate
from models.catalog import read
from models.digest import digest
from models.settings import ModelSettings
from service.child import Served, free_port, served
from service.flight import HEADER
from service.settings import ServiceSettings
from skysift.app import run
from tests.deploy.watched import Watching, call, until, watching
from tests.service.promises import certificate

GATE = """
name: season
target: light
voters:
  - {name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.6}
full_ballots: 1
certificate: season.json
profile: profile.npz
"""
USUAL_FLIGHTS, FRAMES = 60, 5
FLIGHTS = 50
"""With five frames of each: as many as fill the five panes of the short window."""

pytestmark = pytest.mark.skipif(
    which("prometheus") is None,
    reason="there is no prometheus: install Debian's package prometheus",
)


def pictures(flight: int, *, snow: bool) -> Iterator[bytes]:
    """Return the frames of a flight over green country, or over white."""
    random = np.random.default_rng((flight, snow))
    base = np.array([225, 228, 235] if snow else [90, 120, 70]) + random.normal(0, 12, 3)
    for _ in range(FRAMES):
        bumps = random.normal(0, 12 if snow else 30, (12, 12, 1))
        pixels = np.clip(base + bumps, 0, 255).astype(np.uint8)
        file = BytesIO()
        Image.fromarray(pixels).resize((96, 96), Image.Resampling.BICUBIC).save(file, "JPEG")
        yield file.getvalue()


def fly(service: Served, flights: range, *, snow: bool) -> None:
    for flight in flights:
        for body in pictures(flight, snow=snow):
            headers = {HEADER: f"{flight}-{snow}"}
            assert call(service.url, "POST", "/v1/triage", body, headers=headers)[0] == 200


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("season")
    for flight in range(USUAL_FLIGHTS):
        (folder / "usual" / f"{flight:03d}").mkdir(parents=True)
        for number, body in enumerate(pictures(flight, snow=False)):
            (folder / "usual" / f"{flight:03d}" / f"{number}.jpg").write_bytes(body)
    path = folder / "season.yaml"
    path.write_text(GATE)
    out = folder / "profile.npz"
    run(["profile", "make", str(folder / "usual"), "--ensemble", str(path), "--out", str(out)])
    made = certificate("season", digest(read(path), ModelSettings()))
    write_certificate(made, folder / "season.json")
    return path


@pytest.fixture(scope="module")
def service(gate: Path) -> Iterator[Served]:
    settings = ServiceSettings(
        ensembles=(gate,),
        workers=2,
        port=free_port(),
        drain_seconds=0,
        database=f"sqlite:///{gate.parent / 'review.sqlite'}",
        drift_folder=gate.parent / "drift",
        watch_seconds=0.5,
    )
    with served(settings, log=gate.parent / "log.txt") as running:
        yield running


@pytest.fixture(scope="module")
def prometheus(service: Served, gate: Path) -> Iterator[Watching]:
    with watching([urlsplit(service.url).netloc], gate.parent / "prometheus") as running:
        yield running


def panes(prometheus: Watching) -> float:
    return prometheus.value("sum(skysift_drift_panes_total)") or 0


def test_usual_flights_raise_nothing_and_winter_raises_the_alarm(
    service: Served, prometheus: Watching
) -> None:
    fly(service, range(1000, 1000 + FLIGHTS), snow=False)
    until(lambda: panes(prometheus) >= 5, "five usual panes")
    before = prometheus.firing()

    fly(service, range(2000, 2000 + FLIGHTS), snow=True)
    wanted = {("SkysiftDataDrift", "season"), ("SkysiftCertificateWatch", "season")}
    until(lambda: wanted <= prometheus.firing(), f"{wanted}")

    verdict = json.loads(
        call(service.url, "POST", "/v1/triage", next(pictures(3000, snow=True)))[1]
    )
    assert not before & wanted
    assert (verdict["certificate_status"], verdict["certificate_id"]) == ("watch", None)


def test_no_panel_about_drift_is_empty(prometheus: Watching) -> None:
    seen = Prometheus(prometheus.url, minutes=10)
    asked = [
        target
        for panel in board()["panels"]
        for target in panel.get("targets", ())
        if "skysift_drift_" in target["expr"]
    ]

    assert len(asked) > 5
    assert not [
        target["expr"] for target in asked if not any(one.points for one in seen.series(target))
    ]
