"""The wider gate of an ensemble's `on_drift`, looked at before anything is loaded."""

from dataclasses import dataclass
from pathlib import Path

from ensembles.certificate import Certificate, Status, read_certificate
from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from ensembles.standing import standing_of
from models.catalog import read
from models.digest import digest
from models.settings import ModelSettings
from review.database import NO_DATABASE
from service.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class StandIn:
    """A gate that judges in another's place.

    Args:
        name: Of its ensemble.
        path: Of its ensemble file.
        when: The statuses of the other's certificate that call for it.
        review_hours: What it costs people beyond the other, per 1,000 frames like those that
            certified both; None when the other's certificate cannot be read.
    """

    name: str
    path: Path
    when: frozenset[Status]
    review_hours: float | None


def stand_ins_of(settings: ServiceSettings, models: ModelSettings) -> dict[str, StandIn]:
    """Return the wider gates that ensemble files name, by the ensemble they stand in for.

    Raises:
        ConfigError: One of them cannot stand in, or nothing would remember that it does.
        WeightsError: Its weights are missing.
    """
    stand_ins: dict[str, StandIn] = {}
    for path in settings.ensembles:
        config = read(path)
        if stand_in := stand_in_to_use(path, config, models, settings):
            stand_ins[config.name] = stand_in
    return stand_ins


def stand_in_to_use(
    path: Path, config: EnsembleConfig, models: ModelSettings, settings: ServiceSettings
) -> StandIn | None:
    """Return the stand-in of an ensemble file that a service with these settings can use.

    Raises:
        ConfigError: It cannot stand in, or nothing would remember that it does.
        WeightsError: Its weights are missing.
    """
    stand_in = stand_in_of(path, config, models)
    if stand_in and settings.database == NO_DATABASE:
        raise ConfigError(
            "on_drift needs a review database to remember who judges: SKYSIFT_DATABASE is none"
        )
    return stand_in


def stand_in_of(path: Path, config: EnsembleConfig, models: ModelSettings) -> StandIn | None:
    """Return the stand-in that an ensemble file names, or None when it names none.

    Args:
        path: The ensemble file.
        config: What it says.
        models: Where weights live: the stand-in's digest covers them.

    Raises:
        ConfigError: The stand-in looks for something else or holds no valid certificate, or
            there is no certificate that could come into doubt.
        WeightsError: Its weights are missing.
    """
    if config.on_drift is None:
        return None
    if config.certificate is None:
        raise _wrong(path, "needs a `certificate`: without one nothing can come into doubt")
    wide_path = config.on_drift.switch_to
    wide = read(wide_path)
    if wide.name == config.name:
        raise _wrong(path, f"{wide_path} is called {wide.name!r} too: give it another name")
    if wide.target != config.target:
        raise _wrong(path, f"{wide_path} looks for {wide.target!r}, not for {config.target!r}")
    if wide.on_drift is not None:
        raise _wrong(path, f"{wide_path} has an `on_drift` of its own; one wider gate is the most")
    standing = standing_of(wide.certificate, digest(wide, models))
    if standing.status != "valid" or wide.certificate is None:
        raise _wrong(
            path,
            f"{wide_path} must be certified beforehand, but its certificate is "
            f"{standing.status}: {standing.reason}",
        )
    wider = read_certificate(wide.certificate)
    return StandIn(
        wide.name,
        wide_path,
        frozenset({"void"} if config.on_drift.when == "void" else {"watch", "void"}),
        _more_hours(wider, config.certificate),
    )


def _wrong(path: Path, what: str) -> ConfigError:
    return ConfigError(f"on_drift: {what}", source=str(path))


def _more_hours(wider: Certificate, own: Path) -> float | None:
    try:
        usual = read_certificate(own)
    except ConfigError:
        return None
    return wider.review_hours_per_1000_frames - usual.review_hours_per_1000_frames
