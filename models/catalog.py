"""Which kinds of voter there are, and an ensemble file made ready to judge."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from ensembles.asking import Asking, AsListed, CheapestFirst
from ensembles.config import EnsembleConfig, VoterConfig, read_ensemble
from ensembles.errors import ConfigError, WeightsError
from ensembles.gate import Gate
from ensembles.mistakes import near_miss
from ensembles.seat import Seat
from ensembles.standing import NO_CERTIFICATE, Standing, standing_of
from ensembles.voter import Voter
from models.frames import Frame
from models.handles import available_providers
from models.options import ModelOptions
from models.preprocess import RECIPE_VERSION, Recipe
from models.providers import chosen_provider
from models.runtime import Runtime
from models.settings import ModelSettings
from models.shelf import Geometries, shared_geometries
from models.views import cutter
from models.weights import sha256_of

KINDS: dict[str, str] = {
    "onnx": "models.onnx_classifier:OnnxOptions",
    "clip": "models.clip_zero_shot:ClipOptions",
    "resnet50": "models.resnet50:ResNet50Options",
}
"""Short names; any other `package.module:Options` works as it is."""

MOST_TILES_ON_CPU = 8
"""More at once only fill memory: for a 12 MP frame and the demo's voters, 8 take 190 MB and 1.2 s
of CPU, 32 take 660 MB and 1.4 s (benchmarks/README.md)."""

Around = Callable[[str, str, Voter[Frame], float], Voter[Frame]]
"""Puts something around a voter, given the ensemble's name, its own, and its budget in seconds."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """An ensemble file made ready to judge.

    Args:
        config: What the file says.
        digest: Hex SHA-256 over everything that decides a score.
        gate: Takes frames, returns verdicts.
        enough_px: Shorter side, in pixels, that is enough for every voter.
        standing: Whether a recall is promised for this digest.
        enough_scale: Share of a picture's resolution that is enough for every voter of tiles;
            0 when there are none.
    """

    config: EnsembleConfig
    digest: str
    gate: Gate[Frame]
    enough_px: int
    standing: Standing = NO_CERTIFICATE
    enough_scale: float = 0.0


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


def load_ensemble(path: Path, settings: ModelSettings, *, around: Around | None = None) -> Ensemble:
    """Return the ensemble with all its voters loaded.

    Args:
        path: The ensemble file.
        settings: Where weights live and how networks run.
        around: Puts a clock and a safety net around each voter; the voters are bare without it.

    Raises:
        ConfigError: With every mistake of the file.
        WeightsError: With every voter that cannot be loaded.
    """
    return load_config(read(path), settings, around=around)


def load_config(
    config: EnsembleConfig, settings: ModelSettings, *, around: Around | None = None
) -> Ensemble:
    """Return an ensemble that was read, perhaps changed since, with all its voters loaded.

    Raises:
        WeightsError: With every voter that cannot be loaded.
    """
    voters = _load_all(config, Runtime(settings))
    guarded = around or _bare
    seats = [
        Seat(
            voter.name,
            guarded(config.name, voter.name, model, voter.timeout_ms / 1000),
            voter.threshold,
            whole=config.looks_at_whole(voter),
            floor=voter.floor,
        )
        for voter, model in zip(config.voters, voters, strict=True)
    ]
    now = digest(config, settings)
    at_once = _tiles_at_once(settings) if config.tiles else None
    enough_px, enough_scale = enough_of(config, settings)
    return Ensemble(
        config,
        now,
        Gate(
            seats,
            config.rule,
            full_ballots=config.full_ballots,
            cut=cutter(config.tiles, shared=_shared(config, voters), at_once=at_once or 1),
            views_at_once=at_once,
            asking=_asking(config, seats),
        ),
        enough_px=enough_px,
        standing=standing_of(config.certificate, now),
        enough_scale=enough_scale,
    )


def _shared(config: EnsembleConfig, voters: Sequence[Voter[Frame]]) -> Geometries:
    """Return the geometries that several voters of the same views have, as far as they tell."""
    recipes = (
        getattr(voter, "recipe", None)
        for said, voter in zip(config.voters, voters, strict=True)
        if config.tiles is None or not config.looks_at_whole(said)
    )
    return shared_geometries(recipe for recipe in recipes if isinstance(recipe, Recipe))


def enough_of(config: EnsembleConfig, settings: ModelSettings) -> tuple[int, float]:
    """Return `Ensemble.enough_px` and `Ensemble.enough_scale`; needs no runtime.

    Raises:
        WeightsError: A prepared model says it, and it is missing.
    """
    enough_px = max(options_of(voter).view_px(settings) for voter in config.voters)
    return enough_px, _enough_scale(config, settings)


def _asking(config: EnsembleConfig, seats: Sequence[Seat[Frame]]) -> Asking:
    if config.order == "listed":
        return AsListed(len(seats))
    whole = [column for column, seat in enumerate(seats) if seat.whole and config.tiles]
    return CheapestFirst(config.rule, seats=len(seats), whole=whole)


def _tiles_at_once(settings: ModelSettings) -> int:
    """Return how many tiles the voters are shown together."""
    wanted = settings.provider
    if wanted == "cpu" or chosen_provider(wanted, available_providers()) == "cpu":
        return min(settings.max_batch, MOST_TILES_ON_CPU)
    return settings.max_batch


def _enough_scale(config: EnsembleConfig, settings: ModelSettings) -> float:
    """Return the scale at which a tile still has the pixels its voters look at."""
    if config.tiles is None:
        return 0.0
    needed = (
        options_of(voter).view_px(settings)
        for voter in config.voters
        if not config.looks_at_whole(voter)
    )
    return min(1.0, max(needed) / min(config.tiles.size))


def _load_all(config: EnsembleConfig, runtime: Runtime) -> list[Voter[Frame]]:
    loaded: list[Voter[Frame]] = []
    problems: list[str] = []
    for voter in config.voters:
        try:
            loaded.append(options_of(voter).load(runtime))
        except WeightsError as error:
            problems.append(f"voter {voter.name!r}: {error}")
    if problems:
        raise WeightsError("\n".join(problems))
    return loaded


def _bare(ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float) -> Voter[Frame]:  # noqa: ARG001 - fits Around
    return voter


def _without_places(value: object) -> object:
    """Return the value as JSON knows it, with paths left out: their bytes count, not where."""
    if isinstance(value, dict):
        return {str(key): _without_places(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_places(item) for item in value]
    return None if isinstance(value, Path) else value
