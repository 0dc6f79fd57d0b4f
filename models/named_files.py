"""Which files a gate is made of: what to look at to see that it changed."""

from collections.abc import Iterator
from pathlib import Path

from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.errors import WeightsError
from models.catalog import options_of
from models.settings import ModelSettings


def named_files(config: EnsembleConfig, settings: ModelSettings) -> frozenset[Path]:
    """Return the files that an ensemble file names, whether or not they are there.

    Those that only another file could name are left out when that one is missing.
    """
    own = (config.certificate, config.profile)
    voters = (path for voter in config.voters for path in _of_voter(voter, settings))
    return frozenset([*(path for path in own if path), *voters])


def _of_voter(voter: VoterConfig, settings: ModelSettings) -> Iterator[Path]:
    options = options_of(voter)
    yield from (value for value in options.model_dump().values() if isinstance(value, Path))
    try:
        yield from options.artifacts(settings)
    except WeightsError:
        return
