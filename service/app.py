"""The BentoML service: `bentoml serve service.app:Skysift`.

BentoML owns workers, lifecycle and packaging; pictures go through our own app (decision 0003).
`bentoml build` and every parent process import this file: nothing heavy happens here.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import bentoml
import structlog
from starlette.applications import Starlette
from structlog.typing import FilteringBoundLogger

from ensembles.errors import SkysiftError
from models.settings import read_settings as read_model_settings
from service.auth import Door
from service.desk import Desk
from service.health import Readyz
from service.logs import configure_logs
from service.memory import keep_few_arenas
from service.readiness import Readiness, drain_on_sigterm
from service.reload import Reloads, open_desk
from service.routes import PREFIX, site_app, v1_app
from service.safe_headers import SafeHeaders
from service.settings import ServiceSettings, read_settings
from service.slow_headers import SlowHeaders, connections_of_this_server
from service.time_limit import replace_bentoml_time_limit
from service.tracing import bentoml_tracing
from service.watchdog import CANNOT_START, guard_workers, leave_note

BENTOML_MARGIN_SECONDS = 30
"""BentoML's own timeout must never come before ours: its answer has another shape."""
FEWEST_ARENAS = 2
"""For threads that judge and threads that decode."""
PROBE_SECONDS = 5
"""Between questions to a voter that gives no score."""

SETTINGS: ServiceSettings = read_settings()
log: FilteringBoundLogger = structlog.get_logger()
readiness = Readiness()


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Load the ensembles before the first request, and let threads go after the last."""
    configure_logs(SETTINGS.log_format)
    keep_few_arenas(max(FEWEST_ARENAS, SETTINGS.cores))
    desk, reloads = _open()
    app.state.desk = desk
    app.state.door = site.state.door = _open_door()
    readiness.desk = desk
    leave_note("started")
    connections = connections_of_this_server()
    drain_on_sigterm(readiness, seconds=SETTINGS.drain_seconds)
    digests = {name: station.ensemble.digest for name, station in desk.lineup.stations.items()}
    log.info("ready", ensembles=digests)
    watches = [
        desk.keep_watching(seconds=SETTINGS.watch_seconds),
        desk.keep_probing(seconds=PROBE_SECONDS),
    ]
    if SETTINGS.reload_seconds:
        watches.append(reloads.keep_looking(seconds=SETTINGS.reload_seconds))
    if connections is not None:
        slow = SlowHeaders(connections, seconds=SETTINGS.header_seconds)
        watches.append(slow.keep_looking())
    tasks = [asyncio.create_task(watch) for watch in watches]
    for task in tasks:
        task.add_done_callback(_tell_of_a_fault)
    yield
    leave_note("told_to_end")
    for task in tasks:
        task.cancel()
    desk.close()


def _tell_of_a_fault(watch: asyncio.Task[None]) -> None:
    """Say that nobody watches the promise or the files any more: nothing else would show it."""
    if not watch.cancelled() and (error := watch.exception()):
        log.critical("watch_ended", watch=watch.get_name(), exc_info=error)


def _open() -> tuple[Desk, Reloads]:
    try:
        return open_desk(SETTINGS, read_model_settings())
    except SkysiftError as error:
        _end(error)


def _open_door() -> Door:
    try:
        return Door(SETTINGS)
    except SkysiftError as error:
        _end(error)


def _end(error: SkysiftError) -> NoReturn:
    log.critical("cannot_start", error=str(error))
    leave_note("cannot_start")
    # Not an exception: the servers around us would print theirs twice, with tracebacks.
    os._exit(CANNOT_START)


replace_bentoml_time_limit()
v1 = v1_app(lifespan, origins=SETTINGS.cors_origins)
site = site_app()


@bentoml.asgi_app(site, path="/")
@bentoml.asgi_app(v1, path=PREFIX)
@bentoml.service(
    name="Skysift",
    workers=SETTINGS.workers,
    traffic={"timeout": SETTINGS.longest_request_seconds + BENTOML_MARGIN_SECONDS},
    # BentoML's request metrics label raw paths, so any client could add series without end;
    # its access log costs more CPU than our whole route. Ours replace both.
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing=bentoml_tracing(SETTINGS),
)
class Skysift:
    """One process holds everything; there is no hop between services."""

    @bentoml.on_deployment  # type: ignore[untyped-decorator]  # BentoML is not typed
    @staticmethod
    def before_the_workers() -> None:
        """Watch the workers from their parent process, before it starts them."""
        configure_logs(SETTINGS.log_format)
        patience_seconds = SETTINGS.drain_seconds + SETTINGS.longest_request_seconds
        guard_workers(patience_seconds=patience_seconds)


# Around everything that BentoML answers too; inside it our `/readyz`, since its own has no words.
Skysift.add_asgi_middleware(SafeHeaders)  # type: ignore[attr-defined]  # a service, not our class
Skysift.add_asgi_middleware(Readyz, readiness=readiness)  # type: ignore[attr-defined]  # the same
