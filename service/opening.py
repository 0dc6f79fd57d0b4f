"""Ensemble files become stations: at the start, and again when somebody edits them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ensembles.errors import ConfigError
from models.ensemble import load_ensemble
from models.frames import Frame
from models.handles import available_providers
from models.providers import runs_on_gpu
from models.settings import ModelSettings
from models.threads import Threads
from monitoring.around import Forgiving
from service.edition import Edition
from service.settings import ServiceSettings
from service.shadow import Shadow, shadow_of
from service.station import Pools, Station
from service.watching import around_with, open_tap


@dataclass(frozen=True, slots=True)
class Opened:
    """An ensemble file and the station that was made of it.

    Args:
        path: The ensemble file.
        edition: Of the file when it was opened.
        station: Judges as it says.
    """

    path: Path
    edition: Edition
    station: Station


@dataclass(frozen=True, slots=True)
class Opener:
    """Makes stations that share the threads of one worker process.

    Args:
        settings: Of the service.
        models: Of the models; `threads` is that of one session.
        pools: The threads.
        shadow: Of the first ensemble of the settings.
    """

    settings: ServiceSettings
    models: ModelSettings
    pools: Pools
    shadow: Shadow | None = None

    @classmethod
    def of(cls, settings: ServiceSettings, models: ModelSettings) -> Self:
        """Return the opener of one worker, which has its share of the machine's cores."""
        models = shared_out(models, settings)
        threads = worker_threads(models)
        models = models.model_copy(update={"threads": threads.session})
        return cls(settings, models, Pools(threads), shadow_of(settings, models))

    def open(self, path: Path, edition: Edition) -> Opened:
        """Return what the file makes, if it is of this edition still.

        Raises:
            ConfigError: The file is wrong, or it and the files it names change at this moment.
            WeightsError: A model cannot run here.
        """
        tap = open_tap(path, self.models, self.settings)
        voters: dict[str, Forgiving[Frame]] = {}
        try:
            ensemble = load_ensemble(path, self.models, around=around_with(tap, voters))
            if (ensemble.config, ensemble.digest) != (edition.config, edition.digest):
                raise ConfigError("it changed while it was loaded", source=str(path))
        except Exception:
            if tap:
                tap.close()
            raise
        limits = self.models.limits
        station = Station(
            ensemble,
            limits,
            self.pools,
            self.settings,
            tap=tap,
            voters=voters,
            shadow=self.shadow if path == self.settings.ensembles[0] else None,
        )
        return Opened(path, edition, station)


def shared_out(models: ModelSettings, settings: ServiceSettings) -> ModelSettings:
    """Return the settings of one of several workers: together they use the cores once."""
    if models.threads:
        return models
    return models.model_copy(update={"threads": settings.cores})


def worker_threads(models: ModelSettings) -> Threads:
    """Return how the worker's own cores, `models.threads` of them, are used."""
    on_gpu = runs_on_gpu(models.provider, available_providers())
    return Threads.sharing(models.threads) if on_gpu else Threads.for_many(models.threads)


def refuse_equal_names(opened: Sequence[Opened]) -> None:
    """Refuse files whose ensembles have the same name; raises `ConfigError`."""
    names = [one.station.name for one in opened]
    for name in set(names):
        if names.count(name) > 1:
            files = [str(one.path) for one in opened if one.station.name == name]
            raise ConfigError(f"several ensembles are called {name!r}: {', '.join(files)}")
