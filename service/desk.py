"""The desk: every ensemble that is loaded, and who may come to it."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Self

from starlette.requests import Request

from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from ensembles.reasons import Reason
from models.ensemble import Ensemble, load_ensemble
from models.handles import available_providers
from models.limits import Limits
from models.providers import runs_on_gpu
from models.settings import ModelSettings
from models.threads import Threads
from monitoring import metrics
from monitoring.tap import Tap
from review.store import ReviewStore
from service.admission import Bodies, Slots
from service.audit import Audit
from service.multipart import Upload
from service.outlook import DriftAlarms, Watch
from service.refusals import Refusal
from service.settings import ServiceSettings
from service.stand_in import StandIn, stand_ins_of
from service.station import Pools, Station
from service.watching import around_with, open_tap


class Desk:
    """Every ensemble that is loaded, by name; the first is the default."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        pools: Pools,
        settings: ServiceSettings,
        stand_ins: Mapping[str, StandIn],
    ) -> None:
        self.stations = stations
        self.settings = settings
        self.store = ReviewStore.at(settings.database)
        self.audit = Audit(self.store, settings.sample)
        ensembles = [station.ensemble for station in stations.values()]
        self.watch = Watch(ensembles, stand_ins, self.store, drift_alarms=_alarms_of(stations))
        self.default = next(iter(stations))
        self.bodies = Bodies(settings)
        self.slots = Slots(settings.slots, settings.queue)
        self._pools = pools

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the desk of the app that answers the request."""
        desk: Self = request.app.state.desk
        return desk

    @classmethod
    def open(cls, settings: ServiceSettings, models: ModelSettings) -> Self:
        """Load the ensembles that the settings name.

        Raises:
            ConfigError: An ensemble file is wrong, or two have the same name.
            WeightsError: A model cannot run here.
        """
        models = shared_out(models, settings)
        threads = worker_threads(models)
        models = models.model_copy(update={"threads": threads.session})
        stand_ins = stand_ins_of(settings, models)
        wider = [one.path for one in stand_ins.values() if one.path not in settings.ensembles]
        paths = (*settings.ensembles, *dict.fromkeys(wider))
        taps = [open_tap(path, models, settings) for path in paths]
        loaded = [
            load_ensemble(path, models, around=around_with(tap))
            for path, tap in zip(paths, taps, strict=True)
        ]
        _refuse_equal_names(loaded, paths)
        for tap in filter(None, taps):
            tap.start()
        desk = cls.put_to_work(
            loaded, settings, models.limits, threads, stand_ins=stand_ins, taps=taps
        )
        # Before the first frame: who judges may have been settled before a restart.
        desk.watch.look()
        return desk

    @classmethod
    def put_to_work(
        cls,
        ensembles: Sequence[Ensemble],
        settings: ServiceSettings,
        limits: Limits,
        threads: Threads,
        *,
        stand_ins: Mapping[str, StandIn] | None = None,
        taps: Sequence[Tap | None] = (),
    ) -> Self:
        """Put loaded ensembles to work, each with its drift if it has any.

        `stand_ins` are by the name of whom they stand in for.
        """
        pools = Pools(threads)
        for ensemble in ensembles:
            config = ensemble.config
            metrics.ENSEMBLE_INFO.labels(
                config.name, ensemble.digest, config.target, config.rule.name
            ).set(1)
            metrics.AUDIT_FAILURES.labels(config.name)
        return cls(
            {
                ensemble.config.name: Station(ensemble, limits, pools, settings, tap=tap)
                for ensemble, tap in zip_longest(ensembles, taps)
            },
            pools,
            settings,
            stand_ins or {},
        )

    def judge_of(self, ensemble: str) -> Station:
        """Return the station that judges for the ensemble of this name now."""
        return self.stations[self.watch.judge_of(ensemble)]

    def station(self, name: str | None) -> Station:
        """Return the ensemble a client asked for, or the default.

        Raises:
            Refusal: There is none of that name.
        """
        wanted = name or self.default
        if wanted not in self.stations:
            loaded = ", ".join(self.stations)
            hint = near_miss(wanted, self.stations) or f"; loaded are: {loaded}"
            raise Refusal(
                Reason.BAD_REQUEST, f"no ensemble is called {wanted[:80]!r}{hint}", status=404
            )
        return self.stations[wanted]

    def refuse_too_large(self, upload: Upload) -> None:
        """Refuse a picture of a batch that could not have come alone either.

        Raises:
            Refusal: It has more bytes than one picture may have.
        """
        if len(upload.data) > self.settings.max_body_bytes:
            raise Refusal(
                Reason.TOO_LARGE,
                f"the picture has {len(upload.data)} bytes; "
                f"at most {self.settings.max_body_bytes} are taken",
            )

    def close(self) -> None:
        """End the threads; what is running is not waited for, but drift writes down what it saw."""
        self._pools.close()
        self.audit.close()
        if self.store:
            self.store.close()
        for station in self.stations.values():
            if station.tap is not None:
                station.tap.close()


def shared_out(models: ModelSettings, settings: ServiceSettings) -> ModelSettings:
    """Return the settings of one of several workers: together they use the cores once."""
    if models.threads:
        return models
    return models.model_copy(update={"threads": settings.cores})


def worker_threads(models: ModelSettings) -> Threads:
    """Return how the worker's own cores, `models.threads` of them, are used."""
    on_gpu = runs_on_gpu(models.provider, available_providers())
    return Threads.sharing(models.threads) if on_gpu else Threads.for_many(models.threads)


def _alarms_of(stations: Mapping[str, Station]) -> DriftAlarms:
    def alarms(ensemble: str) -> frozenset[str]:
        tap = stations[ensemble].tap
        return tap.state.alarms if tap else frozenset()

    return alarms


def _refuse_equal_names(ensembles: Sequence[Ensemble], paths: Sequence[Path]) -> None:
    names = [ensemble.config.name for ensemble in ensembles]
    for name in set(names):
        if names.count(name) > 1:
            files = [str(path) for path, given in zip(paths, names, strict=True) if given == name]
            raise ConfigError(f"several ensembles are called {name!r}: {', '.join(files)}")
