"""Writing the ensemble file that a calibration ends in."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from ensembles.candidates import Candidate
from ensembles.config import EnsembleConfig, VoterOptions
from ensembles.errors import ConfigError
from ensembles.point import OperatingPoint
from ensembles.yaml_file import read_yaml

FIRST_LINE = "# Written by skysift calibrate"
TO_FILL_IN = "fill-in"
"""The kind of a voter of which nothing is known but its scores."""

Tree = dict[str, Any]


class UnreadOptions(VoterOptions):
    """Options that are taken as they are, where only thresholds and the vote matter."""

    model_config = ConfigDict(extra="allow", frozen=True)


def any_options(kind: str) -> type[VoterOptions]:  # noqa: ARG001 - fits `OptionsFor`
    """Return options that take anything: a replay needs no models, and no filled-in kinds."""
    return UnreadOptions


def calibrated(base: Tree, point: OperatingPoint, certificate: str | None) -> Tree:
    """Return the ensemble with the voters of the rule, their thresholds and floors, and the vote.

    Args:
        base: What the base file says.
        point: The rule that was chosen, and where.
        certificate: File name, relative to the ensemble file; None when there is none.
    """
    entries = {entry["name"]: entry for entry in base["voters"]}
    names = tuple(entries)
    floors = point.floors_of(names)
    voters = [
        _known({**entries[name], "threshold": threshold, "floor": floors.get(name)})
        for name, threshold in point.thresholds_of(names).items()
    ]
    vote = _vote(point.candidate, base)
    changed = {"voters": voters, "vote": vote, "certificate": certificate}
    # A profile was made with other thresholds, so it would be refused.
    return _known({**base, **changed, "profile": None})


def _known(tree: Tree) -> Tree:
    """Return the keys that have a value."""
    return {key: value for key, value in tree.items() if value is not None}


def blank(name: str, voters: Sequence[str]) -> Tree:
    """Return an ensemble of which nothing is known but the names of its voters."""
    return {
        "name": name,
        "target": TO_FILL_IN,
        "voters": [{"name": voter, "kind": TO_FILL_IN, "options": {}} for voter in voters],
    }


def base_tree(path: Path, config: EnsembleConfig, *, folder: Path) -> Tree:
    """Return what the base file says, with its paths made relative to another folder.

    Args:
        path: The base file.
        config: The same file as it was read: it knows which values are paths.
        folder: Of the file that is to be written.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise ConfigError("expected `name:`, `voters:` and the other keys", source=str(path))
    if folder.resolve() == path.parent.resolve():
        return raw
    read = {voter.name: voter for voter in config.voters}
    voters = [
        {**entry, "options": _moved(entry.get("options", {}), read[entry["name"]].options, folder)}
        for entry in raw["voters"]
    ]
    moved = {**raw, "voters": voters}
    if config.profile is not None:
        moved["profile"] = _moved(raw["profile"], config.profile, folder)
    if config.on_drift:
        moved["on_drift"] = _moved(raw["on_drift"], config.on_drift, folder)
    return moved


def write_ensemble(tree: Tree, path: Path, *, comment: str) -> None:
    """Write the file; its numbers are read back exactly as they are.

    Args:
        tree: What it says.
        path: A file of that name is replaced if Skysift wrote it.
        comment: One line on where the thresholds come from.

    Raises:
        ConfigError: There is a file of that name that somebody else wrote.
    """
    refuse_foreign(path)
    body = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=100)
    path.write_text(f"{FIRST_LINE}: {comment}\n{body}", encoding="utf-8")


def refuse_foreign(path: Path) -> None:
    """Refuse to replace a file that `write_ensemble` did not write; raises `ConfigError`."""
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(
        FIRST_LINE
    ):
        raise ConfigError(
            f"{path} was not written by skysift calibrate and would be lost: name another --out"
        )


def _vote(candidate: Candidate, base: Tree) -> object:
    if not candidate.is_vote:
        return "or"
    return base["vote"] if candidate.name == "weighted" else candidate.name


def _moved(raw: object, read: object, folder: Path) -> object:
    """Return `raw` with every value that was read as a path made relative to `folder`."""
    parsed = read.model_dump() if isinstance(read, BaseModel) else read
    if isinstance(parsed, Path):
        return Path(os.path.relpath(parsed, folder.resolve())).as_posix()
    if isinstance(raw, dict) and isinstance(parsed, dict):
        return {key: _moved(value, parsed.get(key), folder) for key, value in raw.items()}
    if isinstance(raw, list) and isinstance(parsed, list | tuple) and len(raw) == len(parsed):
        return [_moved(one, other, folder) for one, other in zip(raw, parsed, strict=True)]
    return raw
