"""An ensemble file read, with all its mistakes at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ensembles.asking import MOST_VOTERS_AT_WORK
from ensembles.config import EnsembleConfig, VoterOptions
from ensembles.errors import ConfigError
from ensembles.mistakes import mistakes_in
from ensembles.yaml_file import read_yaml

OptionsFor = Callable[[str], type[VoterOptions]]


def read_ensemble(path: Path, options_for: OptionsFor) -> EnsembleConfig:
    """Return the ensemble that the YAML file describes.

    Args:
        path: Paths inside the file are relative to its folder.
        options_for: The options class of a kind; raises `ConfigError` for an unknown kind.

    Raises:
        ConfigError: With every mistake of the file, each with its place.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise ConfigError("expected `name:`, `voters:` and the other keys", source=str(path))
    voters = raw.get("voters")
    entries = voters if isinstance(voters, list) else []
    problems, options = _read_options(entries, options_for, path.parent)
    checked = {**raw, "voters": _with_options(entries, options)} if entries else raw
    try:
        config = EnsembleConfig.model_validate(checked, context={"folder": path.parent})
    except ValidationError as error:
        problems = [*mistakes_in(error, EnsembleConfig), *problems]
        raise ConfigError(problems, source=str(path)) from None
    problems += _contradictions(config)
    if problems:
        raise ConfigError(problems, source=str(path))
    return config


def _read_options(
    entries: list[Any], options_for: OptionsFor, folder: Path
) -> tuple[list[str], dict[int, VoterOptions]]:
    problems: list[str] = []
    found: dict[int, VoterOptions] = {}
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
            continue
        try:
            kind = options_for(entry["kind"])
        except ConfigError as error:
            problems += [f"voters[{index}].kind: {problem}" for problem in error.problems]
            continue
        try:
            found[index] = kind.model_validate(entry.get("options", {}), context={"folder": folder})
        except ValidationError as error:
            problems += mistakes_in(error, kind, place=f"voters[{index}].options")
    return problems, found


def _with_options(entries: list[Any], options: Mapping[int, VoterOptions]) -> list[Any]:
    """Put checked options in place; unchecked ones become empty so they are told only once."""
    return [
        {**entry, "options": options.get(index, VoterOptions())}
        if isinstance(entry, dict)
        else entry
        for index, entry in enumerate(entries)
    ]


def _contradictions(config: EnsembleConfig) -> list[str]:
    """Return what is wrong between parts that are right by themselves."""
    names = [voter.name for voter in config.voters]
    if not names:
        return ["voters: at least one voter is needed"]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        return [f"voters: the name {name!r} is used more than once" for name in repeated]
    try:
        _ = config.rule
    except ConfigError as error:
        return list(error.problems)
    return [*_high_floors(config), *_no_order(config), *_contradicting_views(config)]


def _no_order(config: EnsembleConfig) -> list[str]:
    if config.order == "listed":
        return []
    if len(config.voters) > MOST_VOTERS_AT_WORK:
        most = f"{MOST_VOTERS_AT_WORK} voters at most, not for {len(config.voters)}"
        return [f"order: cheapest is found for {most}"]
    if config.full_ballots == 0:
        return ["order: cheapest is found on full ballots, but full_ballots is 0"]
    return []


def _high_floors(config: EnsembleConfig) -> list[str]:
    return [
        f"voters[{index}].floor: {voter.floor} is above the threshold {voter.threshold}: the same "
        "score would be a yes and surely nothing"
        for index, voter in enumerate(config.voters)
        if voter.floor is not None and voter.floor > voter.threshold
    ]


def _contradicting_views(config: EnsembleConfig) -> list[str]:
    if config.tiles is None:
        return [
            f"voters[{index}].views: tiles, but the ensemble cuts none; "
            "say `views: {tile: 640, overlap: 0.2}` at the top level"
            for index, voter in enumerate(config.voters)
            if voter.views == "tiles"
        ]
    if all(config.looks_at_whole(voter) for voter in config.voters):
        return ["views: tiles are cut, but every voter says `views: whole`"]
    return []
