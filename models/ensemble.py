"""An ensemble file made ready to judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ensembles.asking import Asking, AsListed, CheapestFirst
from ensembles.config import EnsembleConfig
from ensembles.errors import WeightsError
from ensembles.gate import Gate
from ensembles.seat import Seat
from ensembles.standing import NO_CERTIFICATE, Standing, standing_of
from ensembles.voter import Voter
from models.catalog import options_of, read
from models.digest import digest
from models.frames import Frame
from models.handles import available_providers
from models.preprocess import Recipe
from models.providers import chosen_provider
from models.runtime import Runtime
from models.settings import ModelSettings
from models.shelf import Geometries, shared_geometries
from models.views import cutter

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
