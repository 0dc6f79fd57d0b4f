"""Which kinds of voter there are, and an ensemble file read with them."""

from importlib import import_module
from pathlib import Path

from ensembles.checked_file import read_ensemble
from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from models.options import ModelOptions
from models.settings import read_settings

KINDS: dict[str, str] = {
    "onnx": "models.onnx_classifier:OnnxOptions",
    "clip": "models.clip_zero_shot:ClipOptions",
    "resnet50": "models.resnet50:ResNet50Options",
}
"""Short names; any other `package.module:Options` works as it is."""


def options_for(kind: str) -> type[ModelOptions]:
    """Return the options class of a kind.

    Raises:
        ConfigError: No such kind, or the file it names cannot be imported or holds no options.
    """
    if kind not in KINDS and ":" not in kind:
        raise ConfigError(
            f"unknown kind {kind!r}{near_miss(kind, KINDS)}; known are {', '.join(KINDS)}, and "
            "`package.module:Options` of your own"
        )
    if kind not in KINDS and not read_settings().foreign_kinds:
        raise ConfigError(
            f"kind {kind!r} is none of Skysift's own ({', '.join(KINDS)}), and "
            "SKYSIFT_FOREIGN_KINDS is false here"
        )
    module, _, name = KINDS.get(kind, kind).partition(":")
    try:
        found = getattr(import_module(module), name)
    except ImportError as error:
        raise ConfigError(f"kind {kind!r} cannot be imported: {error}") from error
    except (AttributeError, ValueError):
        raise ConfigError(f"kind {kind!r}: there is no {name!r} in {module!r}") from None
    if not (isinstance(found, type) and issubclass(found, ModelOptions)):
        raise ConfigError(f"kind {kind!r}: {name} must be a class derived from ModelOptions")
    return found


def read(path: Path) -> EnsembleConfig:
    """Return what an ensemble file says; needs no weights and no runtime.

    Raises:
        ConfigError: With every mistake of the file.
    """
    return read_ensemble(path, options_for)


def options_of(voter: VoterConfig) -> ModelOptions:
    """Return the options of a voter that was read with `read`."""
    if not isinstance(voter.options, ModelOptions):
        raise TypeError(f"voter {voter.name!r} was not read with the catalogue's kinds")
    return voter.options
