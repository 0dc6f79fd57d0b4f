"""Settings from `SKYSIFT_*` variables, and the cores they are shared out over."""

import os
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from ensembles.errors import ConfigError

ENV_PREFIX = "SKYSIFT_"

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def read_environment(kind: type[SettingsT]) -> SettingsT:
    """Return settings of any kind, read from the environment.

    Raises:
        ConfigError: With every variable that holds a value that does not fit.
    """
    try:
        return kind()
    except ValidationError as error:
        problems = [
            f"{_place(problem['loc'])}{_sentence(problem['msg'])}{_value(problem['input'])}"
            for problem in error.errors(include_url=False)
        ]
    raise ConfigError(problems, source="environment")


def usable_cores() -> int:
    """Return the cores this process may use; a container's may be fewer than the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _place(location: tuple[int | str, ...]) -> str:
    return f"{ENV_PREFIX}{str(location[0]).upper()}: " if location else ""


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "should")


def _value(value: object) -> str:
    return f", not {value!r}" if isinstance(value, str | int | float) else ""
