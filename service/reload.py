"""Ensemble files that are edited while the service runs.

What lies on the disk is compared twice a second, in every worker. An edition that is whole is
loaded beside the gate that judges, and takes its place between two requests; those that are on
their way end on the gate they began with. One that is not whole changes nothing but a gauge and a
line of the log.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic, perf_counter
from typing import Literal, TypeVar

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.errors import ConfigError, SkysiftError
from models.catalog import read
from models.settings import ModelSettings
from monitoring import metrics
from service.desk import Desk
from service.edition import Edition
from service.followed import Followed
from service.lineup import Lineup
from service.memory import give_back_memory
from service.opening import Opened, Opener, refuse_equal_names
from service.settings import ServiceSettings
from service.shadow_file import FollowedShadow
from service.stand_in import StandIn, stand_in_to_use, stand_ins_of
from service.station import Station

T = TypeVar("T")
Nothing = Literal["not now", "as it was"]
"""What was seen is not at rest, or was tried before; or it is what judges already."""

log: FilteringBoundLogger = structlog.get_logger()


class Reloads:
    """Follows the ensemble files of a desk, and puts their new editions to work.

    Args:
        desk: Whose lineup is replaced.
        opener: Opens the files.
        opened: What the desk began with.
        followed: The files of the settings, as they were before they were opened.
    """

    def __init__(
        self,
        desk: Desk,
        opener: Opener,
        opened: Mapping[Path, Opened],
        followed: list[Followed],
    ) -> None:
        self._desk = desk
        self._opener = opener
        self._opened = dict(opened)
        self._stand_ins = {
            one.name: stand_in
            for one in followed
            if (stand_in := desk.lineup.watch.stand_in(one.name))
        }
        self._followed = followed
        # Always the same one: what models allocate then lies together, and is free together.
        self._thread = ThreadPoolExecutor(1, "reload")
        self._retiring: set[asyncio.Task[None]] = set()
        self._shadow_file = FollowedShadow.of(opener)
        for one in followed:
            metrics.RELOAD_FAILED.labels(one.name).set(0)
            for outcome in ("loaded", "failed", "put_back"):
                metrics.RELOADS.labels(one.name, outcome)

    async def keep_looking(self, *, seconds: float) -> None:
        """Look every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.look()

    async def look(self) -> None:
        """Look once at every file, and load what changed and is at rest."""
        for one in self._followed:
            await self._follow(one)
        if self._shadow_file:
            await self._on_thread(self._shadow_file.look)

    async def _follow(self, one: Followed) -> None:
        start = perf_counter()
        # Gathered, because a kind of somebody's own may raise anything: the old gate stays.
        [outcome] = await asyncio.gather(
            self._on_thread(partial(self._next_lineup, one)), return_exceptions=True
        )
        if isinstance(outcome, BaseException):
            self._tell_failure(one, outcome)
        elif isinstance(outcome, Lineup):
            self._replace(one, outcome, seconds=perf_counter() - start)
        elif outcome == "as it was":
            self._tell_put_back(one)

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _next_lineup(self, one: Followed) -> Lineup | Nothing:
        """Return the lineup with what lies on the disk, or why there is none to load."""
        models = self._opener.models
        if not one.look(models, now=monotonic()):
            return "not now"
        one.begin(now=monotonic())
        config = read(one.path)
        if config.name != one.name:
            raise ConfigError(
                f"its name is {config.name!r} now, but clients ask for {one.name!r}: put the "
                "name back, or restart the service",
                source=str(one.path),
            )
        stand_in = stand_in_to_use(one.path, config, models, self._opener.settings)
        stand_ins = {key: value for key, value in self._stand_ins.items() if key != one.name}
        if stand_in:
            stand_ins[one.name] = stand_in
        paths = [one.path, *([stand_in.path] if stand_in else [])]
        editions = {path: Edition.at(path, models) for path in paths}
        fresh = {path: one for path, one in editions.items() if not self._judges(path, one)}
        if not fresh and stand_ins == self._stand_ins:
            one.loaded = one.files
            return "as it was"
        opened = {path: self._opener.open(path, edition) for path, edition in fresh.items()}
        lineup = self._settled(opened, stand_ins)
        one.loaded = one.files
        return lineup

    def _judges(self, path: Path, edition: Edition) -> bool:
        return path in self._opened and self._opened[path].edition == edition

    def _settled(self, fresh: Mapping[Path, Opened], stand_ins: Mapping[str, StandIn]) -> Lineup:
        """Take note of what is open now, and return its lineup: those of the settings first."""
        opened = {**self._opened, **fresh}
        own = [one.path for one in self._followed]
        wider = [stand_in.path for stand_in in stand_ins.values()]
        used = [opened[path] for path in dict.fromkeys([*own, *wider])]
        try:
            refuse_equal_names(used)
        except ConfigError:
            for one in fresh.values():
                one.station.close()
            raise
        lineup = self._desk.lineup.with_stations([one.station for one in used], stand_ins)
        # Before the first frame: who judges, and what labels say, may be known already.
        lineup.watch.look()
        self._opened = {one.path: one for one in used}
        self._stand_ins = dict(stand_ins)
        return lineup

    def _replace(self, one: Followed, lineup: Lineup, *, seconds: float) -> None:
        before = self._desk.lineup
        stay = lineup.stations.values()
        for station in stay:
            if station not in before.stations.values():
                station.start()
        self._desk.lineup = lineup
        lineup.show_instead_of(before)
        for station in before.stations.values():
            if station not in stay:
                self._let_go(station)
        self._mark(one, "", outcome="loaded")
        log.info(
            "reloaded",
            ensemble=one.name,
            digest=lineup.stations[one.name].ensemble.digest,
            before=before.stations[one.name].ensemble.digest,
            certificate=lineup.watch.outlook(one.name).standing.status,
            seconds=round(seconds, 3),
        )

    def _let_go(self, station: Station) -> None:
        task = asyncio.create_task(self._retire(station))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _retire(self, station: Station) -> None:
        await station.retire()
        del station
        await self._on_thread(give_back_memory)

    def _tell_failure(self, one: Followed, error: BaseException) -> None:
        trouble = str(error) or type(error).__name__
        if trouble == one.trouble:
            return
        self._mark(one, trouble, outcome="failed")
        log.error(
            "reload_failed",
            ensemble=one.name,
            file=str(one.path),
            error=trouble,
            judges=self._desk.lineup.stations[one.name].ensemble.digest,
            exc_info=None if isinstance(error, SkysiftError) else error,
        )

    def _tell_put_back(self, one: Followed) -> None:
        if one.trouble:
            self._mark(one, "", outcome="put_back")
            log.info("reload_put_back", ensemble=one.name, file=str(one.path))

    def _mark(self, one: Followed, trouble: str, *, outcome: str) -> None:
        one.trouble = self._desk.troubles[one.name] = trouble
        metrics.RELOADS.labels(one.name, outcome).inc()
        metrics.RELOAD_FAILED.labels(one.name).set(bool(trouble))


def open_desk(settings: ServiceSettings, models: ModelSettings) -> tuple[Desk, Reloads]:
    """Load the ensembles that the settings name, and follow their files from now on.

    Raises:
        ConfigError: An ensemble file is wrong, or two have the same name.
        WeightsError: A model cannot run here.
    """
    opener = Opener.of(settings, models)
    followed = [Followed.at(path, opener.models) for path in settings.ensembles]
    stand_ins = stand_ins_of(settings, opener.models)
    wider = [stand_in.path for stand_in in stand_ins.values()]
    paths = dict.fromkeys([*settings.ensembles, *wider])
    opened = {path: opener.open(path, Edition.at(path, opener.models)) for path in paths}
    refuse_equal_names(list(opened.values()))
    stations = [one.station for one in opened.values()]
    for station in stations:
        station.start()
    desk = Desk(stations, opener.pools, settings, stand_ins, shadow=opener.shadow)
    if opener.shadow:
        opener.shadow.start()
    # Before the first frame: who judges may have been settled before a restart.
    desk.lineup.watch.look()
    return desk, Reloads(desk, opener, opened, followed)
