"""The demo gate on a live service, watched by Prometheus, while its flights turn to winter.

    python -m benchmarks.winter FOLDER

Draws flights of the demo world, makes a profile of usual ones, serves the demo gate with it, and
sends usual flights, then winter ones. Prints which alerts fired after how many frames of each, and
leaves the board as `board.html` in the folder. Draws only what is not there yet. Minutes in the
rules are seconds here, as in the tests.
"""

import sys
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

import numpy as np
import yaml

from benchmarks.drift_world import CLIMATES
from demo.scenes import draw_flights
from deploy.boards import board
from deploy.page import Prometheus, page
from ensembles.certificate import write_certificate
from models.catalog import read
from models.digest import digest
from models.settings import ModelSettings
from service.child import Served, free_port, served
from service.flight import HEADER
from service.settings import ServiceSettings
from skysift.app import run
from tests.deploy.watched import Watching, call, demo_gate, watching
from tests.service.promises import certificate

REFERENCE, LIVE = 360, 50
"""Flights; a profile of 60 alarms on usual ones, and says so when it is made."""
FRAMES, SIZE, ADVANCE = 5, (320, 240), 0.3
SEED = 90_000
SETTLE_SECONDS = 6
"""Until frames are summed, scraped and looked at."""


def draw(folder: Path, climate: str, flights: int, *, seed: int) -> list[Path]:
    """Draw flights that are not there yet; return their folders."""
    places = [folder / f"{number:04d}" for number in range(flights)]
    for number, place in enumerate(places):
        if not place.exists():
            random = np.random.default_rng((seed, number))
            draw_flights(
                place,
                flights=1,
                frames_per_flight=FRAMES,
                size=SIZE,
                seed=seed + number,
                conditions=CLIMATES[climate].draw(random),
                advance=ADVANCE,
            )
    return places


def write_gate(folder: Path) -> Path:
    """Write the demo gate that asks everybody about every frame, with profile and certificate."""
    gate = demo_gate() | {"full_ballots": 1, "profile": "profile.npz", "certificate": "demo.json"}
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(gate), encoding="utf-8")
    write_certificate(
        certificate("demo", digest(read(path), ModelSettings())), folder / "demo.json"
    )
    return path


def fly(service: Served, prometheus: Watching, flights: list[Path], kind: str) -> None:
    """Send flights, and tell of each alert when it begins to fire."""
    known: set[tuple[str, str]] = set()
    sent = 0
    for place in flights:
        for picture in sorted(place.glob("**/*.jpg")):
            name = {HEADER: f"{kind}-{place.name}"}
            call(service.url, "POST", "/v1/triage", picture.read_bytes(), headers=name)
            sent += 1
        sleep(0.2)  # a scrape now and then sees the flight go on
        known = _tell(prometheus, known, f"{sent} {kind} frames")
    sleep(SETTLE_SECONDS)
    _tell(prometheus, known, f"{sent} {kind} frames, and {SETTLE_SECONDS} s")


def _tell(prometheus: Watching, known: set[tuple[str, str]], after: str) -> set[tuple[str, str]]:
    firing = prometheus.firing()
    for alert, ensemble in sorted(firing - known):
        print(f"after {after}: {alert} {ensemble}", flush=True)
    return firing | known


def main(folder: Path) -> None:
    """Draw, serve, send, tell."""
    usual = draw(folder / "usual-live", "usual", LIVE, seed=SEED + 1000)
    winter = draw(folder / "winter-live", "winter", LIVE, seed=SEED + 2000)
    gate = write_gate(folder)
    if not (folder / "profile.npz").exists():
        draw(folder / "usual", "usual", REFERENCE, seed=SEED)
        out = str(folder / "profile.npz")
        run(["profile", "make", str(folder / "usual"), "--ensemble", str(gate), "--out", out])
    settings = ServiceSettings(
        ensembles=(gate,),
        port=free_port(),
        drain_seconds=0,
        database=f"sqlite:///{folder / 'review.sqlite'}",
        drift_folder=folder / "drift",
        watch_seconds=1,
    )
    with (
        served(settings, log=folder / "log.txt") as service,
        watching([urlsplit(service.url).netloc], folder / "prometheus") as prometheus,
    ):
        fly(service, prometheus, usual, "usual")
        fly(service, prometheus, winter, "winter")
        text = page(board(), Prometheus(prometheus.url, minutes=5))
        (folder / "board.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
