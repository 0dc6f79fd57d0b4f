"""Observations as a file, so that what was scored once can be looked at again."""

import json
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from ensembles.errors import ConfigError
from monitoring.identity import Identity
from monitoring.observation import Observations

SUFFIX = ".watched.npz"
FORMAT = "skysift-watched-1"
NAMES = ("ids", "flights", "places")
NUMBERS = ("attributes", "scores", "kept", "embeddings", "seconds")


def write_observations(path: Path, frames: Observations, identity: Identity) -> None:
    """Write the file; one of that name is replaced.

    Raises:
        ConfigError: It cannot be written.
    """
    head = {"format": FORMAT, "identity": asdict(identity)}
    arrays = {name: np.array(getattr(frames, name), dtype=np.str_) for name in NAMES}
    arrays |= {name: getattr(frames, name) for name in NUMBERS}
    try:
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, head=np.array(json.dumps(head)), **arrays)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def read_observations(path: Path) -> tuple[Observations, Identity]:
    """Return what a file holds, and by which gate; nothing in it is ever unpickled.

    Raises:
        ConfigError: It is no such file.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
            if head["format"] != FORMAT:
                raise ValueError(f"format {head['format']!r}, not {FORMAT!r}; score it again")
            frames = Observations(
                ids=_names(file["ids"]),
                flights=_names(file["flights"]),
                attributes=file["attributes"],
                scores=file["scores"],
                kept=file["kept"],
                embeddings=file["embeddings"],
                seconds=file["seconds"],
                places=_names(file["places"]),
            )
            return frames, Identity(**head["identity"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ConfigError(f"cannot be read: {error}", source=str(path)) from None


def _names(cells: npt.NDArray[np.str_]) -> tuple[str, ...]:
    return tuple(map(str, cells))
