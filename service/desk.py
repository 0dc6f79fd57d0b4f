"""The desk: every ensemble that is loaded, and who may come to it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from starlette.requests import Request

from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from ensembles.reasons import Reason
from models.catalog import Ensemble, load_ensemble
from models.settings import ModelSettings
from monitoring import metrics
from monitoring.around import guard
from service.admission import Bodies, Slots
from service.multipart import Upload
from service.refusals import Refusal
from service.settings import ServiceSettings
from service.station import Pools, Station


class Desk:
    """Every ensemble that is loaded, by name; the first is the default."""

    def __init__(
        self, stations: Mapping[str, Station], pools: Pools, settings: ServiceSettings
    ) -> None:
        self.stations = stations
        self.settings = settings
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
        loaded = [load_ensemble(path, models, around=guard) for path in settings.ensembles]
        _refuse_equal_names(loaded, settings.ensembles)
        return cls.put_to_work(loaded, settings, models)

    @classmethod
    def put_to_work(
        cls, ensembles: Sequence[Ensemble], settings: ServiceSettings, models: ModelSettings
    ) -> Self:
        """Put loaded ensembles to work."""
        pools = Pools(models.shares)
        for ensemble in ensembles:
            config = ensemble.config
            metrics.ENSEMBLE_INFO.labels(
                config.name, ensemble.digest, config.target, config.rule.name
            ).set(1)
        return cls(
            {
                ensemble.config.name: Station(ensemble, models.limits, pools, settings)
                for ensemble in ensembles
            },
            pools,
            settings,
        )

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
        """End the threads; what is running is not waited for."""
        self._pools.close()


def shared_out(models: ModelSettings, settings: ServiceSettings) -> ModelSettings:
    """Return the settings of one of several workers: together they use the cores once."""
    if models.threads:
        return models
    return models.model_copy(update={"threads": settings.cores})


def _refuse_equal_names(ensembles: Sequence[Ensemble], paths: Sequence[Path]) -> None:
    names = [ensemble.config.name for ensemble in ensembles]
    for name in set(names):
        if names.count(name) > 1:
            files = [str(path) for path, given in zip(paths, names, strict=True) if given == name]
            raise ConfigError(f"several ensembles are called {name!r}: {', '.join(files)}")
