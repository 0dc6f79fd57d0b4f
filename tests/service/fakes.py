"""A service without models."""

from collections.abc import Sequence
from io import BytesIO
from threading import Event

from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.gate import Gate
from ensembles.seat import Seat
from ensembles.voter import Reading, Voter
from models.ensemble import Ensemble
from models.frames import Frame
from models.limits import Limits
from models.threads import Threads
from monitoring.around import guard
from service.auth import Door
from service.desk import Desk
from service.routes import site_app, v1_app
from service.safe_headers import SafeHeaders
from service.settings import ServiceSettings
from tests.service.fake_kind import Brightness, FakeOptions

DIGEST = "d" * 64


class Waits:
    """Judges when it is told to; remembers how many frames it saw at once."""

    def __init__(self) -> None:
        self.started = Event()
        self.go = Event()
        self.seen: list[int] = []

    def read(self, views: Sequence[Frame]) -> Reading:
        self.seen.append(len(views))
        self.started.set()
        self.go.wait(10)
        return Brightness().read(views)


def ensemble(
    name: str = "demo",
    *,
    vote: str = "or",
    timeout_seconds: float = 5,
    **voters: Voter[Frame],
) -> Ensemble:
    """Return an ensemble whose voters say yes from 0.5."""
    chosen: dict[str, Voter[Frame]] = voters or {"bright": Brightness()}
    config = EnsembleConfig(
        name=name,
        target="light",
        voters=tuple(
            VoterConfig(name=voter, kind="fake", threshold=0.5, options=FakeOptions())
            for voter in chosen
        ),
        vote=vote,
        full_ballots=0,
    )
    seats = [
        Seat(key, guard(name, key, voter, timeout_seconds), 0.5) for key, voter in chosen.items()
    ]
    return Ensemble(config, DIGEST, Gate(seats, config.rule, full_ballots=0), enough_px=32)


def app_of(*ensembles: Ensemble, **settings: object) -> Starlette:
    """Return the whole site around the ensembles, as BentoML would mount it."""
    chosen = ServiceSettings.model_validate({"open_to_all": True} | settings)
    v1, site = v1_app(origins=chosen.cors_origins), site_app()
    v1.state.door = site.state.door = Door(chosen)
    v1.state.desk = Desk.put_to_work(
        ensembles or [ensemble()], chosen, Limits(), Threads.for_many(1)
    )
    whole = [Mount("/v1", v1), Mount("/", site)]
    return Starlette(routes=whole, middleware=[Middleware(SafeHeaders)])


def client_of(*ensembles: Ensemble, **settings: object) -> TestClient:
    """Return a client of the whole site; answers to faults come back as answers."""
    return TestClient(app_of(*ensembles, **settings), raise_server_exceptions=False)


def picture(brightness: int = 255, kind: str = "JPEG", side: int = 48) -> bytes:
    """Return an encoded grey square."""
    file = BytesIO()
    Image.new("RGB", (side, side), (brightness,) * 3).save(file, kind)
    return file.getvalue()


BRIGHT = picture(255)
DARK = picture(0)
