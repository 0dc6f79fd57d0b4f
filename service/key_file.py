"""The file of API keys: read with all its mistakes at once, written whole or not at all."""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ensembles.errors import ConfigError
from ensembles.mistakes import mistakes_in
from ensembles.yaml_file import read_yaml
from service.keys import ApiKey

HEAD = "# API keys of Skysift, written by `skysift keys`: only their hashes, never a key.\n"
OWNER_ALONE = 0o600


class KeyFile(BaseModel):
    """What the file says; `keys: []` lets nobody in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[ApiKey, ...]

    @model_validator(mode="after")
    def _no_name_twice(self) -> Self:
        names = [key.name for key in self.keys]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"keys: the name {twice[0]!r} is used more than once")
        return self


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """Return the keys of a file.

    Raises:
        ConfigError: With every mistake of the file; none tells a value that may be a key.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise ConfigError("expected `keys:` and a list of them", source=str(path))
    try:
        return KeyFile.model_validate(raw).keys
    except ValidationError as error:
        raise ConfigError(mistakes_in(error, KeyFile), source=str(path)) from None


def write_keys(path: Path, keys: Sequence[ApiKey]) -> None:
    """Put the keys in place of what the file held; a reader sees all of the old or of the new.

    A new file can be read by its owner alone; one that was there keeps its mode.

    Raises:
        ConfigError: It cannot be written.
    """
    entries = [key.model_dump(mode="json", exclude_none=True) for key in keys]
    text = HEAD + yaml.safe_dump({"keys": entries}, sort_keys=False)
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else OWNER_ALONE
        with NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        written = Path(file.name)
        written.chmod(mode)
        written.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None
