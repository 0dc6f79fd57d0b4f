"""The file that holds the weights: named, put in the cache by hand, or fetched."""

from collections.abc import Callable
from pathlib import Path

from ensembles.errors import WeightsError
from models.pretrained import Wanted
from models.settings import ModelSettings
from models.weight_source import STATE_DICT_SUFFIXES, RandomWeights, StateDict

Fetch = Callable[[Path], Path]
"""Fetches the weights of a tag; gets a folder that may keep them, returns the file."""


def weights_file(
    wanted: Wanted, settings: ModelSettings, fetch: Fetch, *, known_as: str
) -> Path | None:
    """Return the file with the weights, or None when they are random.

    Args:
        wanted: Its source is a tag, a file, or random.
        settings: Where the cache is, and whether the network may be used.
        fetch: Asked only for a tag whose file is not in the cache.
        known_as: What the library calls the file of the tag, for the message.

    Raises:
        WeightsError: There is no such file; says which to put where.
    """
    if isinstance(wanted.source, RandomWeights):
        return None
    if isinstance(wanted.source, StateDict):
        return wanted.source.path
    place = settings.home / "weights" / wanted.architecture / str(wanted.source)
    for suffix in STATE_DICT_SUFFIXES:
        if (path := place.with_name(place.name + suffix)).is_file():
            return path
    if settings.offline:
        raise WeightsError(_nowhere(wanted, "SKYSIFT_OFFLINE is set", known_as, place))
    try:
        return fetch(settings.home / "downloads")
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1].rstrip(".")
        raise WeightsError(_nowhere(wanted, reason, known_as, place)) from error


def _nowhere(wanted: Wanted, reason: str, known_as: str, place: Path) -> str:
    return (
        f"{wanted}: nothing cached, and nothing fetched: {reason}. "
        f"Get {known_as} on a machine with a network and put it at {place}.safetensors "
        f"(or {', '.join(STATE_DICT_SUFFIXES[1:])}), or name another file in the ensemble file"
    )
