"""What tells one ensemble, or one voter, from another: hashes over all that decides a score."""

import json
from hashlib import sha256
from pathlib import Path

from ensembles.config import EnsembleConfig, VoterConfig
from models.catalog import options_of
from models.preprocess import RECIPE_VERSION
from models.settings import ModelSettings
from models.weights import sha256_of


def digest(config: EnsembleConfig, settings: ModelSettings) -> str:
    """Return the hex SHA-256 over everything in our hands that decides a verdict.

    It covers the configuration (comments and layout apart), the bytes of all weights, prompts
    and label files, and the version of the preprocessing; not where the files lie.

    Raises:
        WeightsError: A file is missing.
    """
    described = {
        "config": _without_places(config.model_dump()),
        "artifacts": {
            voter.name: [sha256_of(path) for path in options_of(voter).artifacts(settings)]
            for voter in config.voters
        },
        "recipe_version": RECIPE_VERSION,
    }
    canonical = json.dumps(described, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(canonical.encode()).hexdigest()


def made_by(config: EnsembleConfig, settings: ModelSettings) -> dict[str, str]:
    """Return what tells each voter's scores from those of another model, 16 hex digits each.

    Unlike the digest it does not depend on thresholds and the vote, so scores can be recognised
    after they were calibrated.

    Raises:
        WeightsError: A file is missing.
    """
    plain = {"threshold": 0.0, "timeout_ms": 1, "floor": None}
    return {
        voter.name: digest(_alone(config, voter.model_copy(update=plain)), settings)[:16]
        for voter in config.voters
    }


def _alone(config: EnsembleConfig, voter: VoterConfig) -> EnsembleConfig:
    """Return an ensemble of this one voter in which nothing but the voter can differ."""
    return EnsembleConfig(name="alone", target="", voters=(voter,), views=config.views)


def _without_places(value: object) -> object:
    """Return the value as JSON knows it, with paths left out: their bytes count, not where."""
    if isinstance(value, dict):
        return {str(key): _without_places(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_places(item) for item in value]
    return None if isinstance(value, Path) else value
