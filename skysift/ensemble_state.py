"""An ensemble file looked at without loading it: its mistakes, its digest, what is missing."""

from dataclasses import dataclass, replace
from pathlib import Path

from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.errors import ConfigError, WeightsError
from ensembles.standing import Standing, standing_of
from models.catalog import options_of, read
from models.digest import digest
from models.settings import ModelSettings
from service.stand_in import StandIn, stand_in_of


@dataclass(frozen=True, slots=True)
class EnsembleState:
    """What is known of an ensemble file.

    Args:
        path: The file.
        config: What it says; None when it has mistakes.
        problems: Its mistakes, each with its place.
        missing: Weights that are not there, each with its voter and what to do.
        digest: Hex SHA-256 of everything that decides a score; None unless all of it is there.
        standing: Whether a recall is promised for this digest; None without a digest.
        stand_in: Who judges when that comes into doubt; None for nobody else.
    """

    path: Path
    config: EnsembleConfig | None
    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    digest: str | None = None
    standing: Standing | None = None
    stand_in: StandIn | None = None


def state_of(path: Path, settings: ModelSettings) -> EnsembleState:
    """Return what is known of the file; needs no weights, no runtime and no torch."""
    try:
        config = read(path)
    except ConfigError as error:
        return EnsembleState(path, None, problems=error.problems)
    missing = tuple(
        f"voter {voter.name!r}: {lack}"
        for voter in config.voters
        for lack in lacks(voter, settings)
    )
    if missing:
        return EnsembleState(path, config, missing=missing)
    now = digest(config, settings)
    state = EnsembleState(path, config, digest=now, standing=standing_of(config.certificate, now))
    try:
        return replace(state, stand_in=stand_in_of(path, config, settings))
    except ConfigError as error:
        return replace(state, config=None, problems=error.problems)
    except WeightsError as error:
        return replace(state, missing=(f"on_drift: {error}",))


def lacks(voter: VoterConfig, settings: ModelSettings) -> list[str]:
    """Return what the voter's model lacks; empty when every file is there."""
    try:
        artifacts = options_of(voter).artifacts(settings)
    except WeightsError as error:
        return [str(error)]
    return [f"{path}: there is no such file" for path in artifacts if not path.is_file()]
