"""The ensemble file: what it may say, and all its mistakes at once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    ValidationError,
)

from ensembles.asking import MOST_VOTERS_AT_WORK
from ensembles.errors import ConfigError
from ensembles.local_path import LocalPath
from ensembles.mistakes import mistakes_in
from ensembles.rules import Rule, rule_from
from ensembles.tiles import Tiles
from ensembles.yaml_file import read_yaml

# Names become metric labels, column names (`score_<voter>`) and parts of URLs.
EnsembleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
VoterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Strict(BaseModel):
    """A part of the file: no unknown keys, no change after reading."""

    # Set here and not as class keywords: with `frozen=True` there, mypy rejects children.
    model_config = ConfigDict(extra="forbid", frozen=True)


class VoterOptions(Strict):
    """What `options:` of a voter may say; each kind of voter has its own subclass."""


OptionsFor = Callable[[str], type[VoterOptions]]


class WeightedVote(Strict):
    """`vote: {weights: {voter: weight}, needed: weight}`."""

    weights: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]
    needed: Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _kind_of_vote(vote: object) -> str:
    return "weighted" if isinstance(vote, dict | WeightedVote) else "named"


VoteSpec = Annotated[
    Annotated[str, Tag("named")] | Annotated[WeightedVote, Tag("weighted")],
    Discriminator(_kind_of_vote),
]


def _kind_of_views(views: object) -> str:
    return "tiles" if isinstance(views, dict | Tiles) else "whole"


ViewsSpec = Annotated[
    Annotated[Literal["whole"], Tag("whole")] | Annotated[Tiles, Tag("tiles")],
    Discriminator(_kind_of_views),
]


def _is_unset(value: object) -> bool:
    return value is None


class VoterConfig(Strict):
    """One entry of `voters:`.

    Attributes:
        name: Unique in the file; labels metrics and columns.
        kind: A kind of the catalogue, or `package.module:Options`.
        threshold: Score in [0, 1] from which the voter says yes.
        options: What this kind of voter needs.
        timeout_ms: Budget for one reading, however many frames it holds; a voter that
            exceeds it abstains.
        floor: Score in [0, 1], at most the threshold, below which there is surely nothing: the
            view is then settled as a no without asking further; None if that never happens.
        views: `whole` or `tiles`, for a voter that looks at something else than the ensemble's
            `views` says; None as it says.
    """

    name: VoterName
    kind: str
    threshold: Share
    options: SerializeAsAny[VoterOptions]
    timeout_ms: Annotated[int, Field(ge=1, le=600_000)] = 10_000
    # Left out of what is dumped, so that a file that does not use them keeps its digest.
    floor: Share | None = Field(default=None, exclude_if=_is_unset)
    views: Literal["whole", "tiles"] | None = Field(default=None, exclude_if=_is_unset)


class OnDrift(Strict):
    """`on_drift: {switch_to: wide.yaml}`: who judges when the promise is in doubt.

    Attributes:
        switch_to: The ensemble file of a gate with a wider net, certified beforehand.
        when: `watch`: as soon as the certificate is on watch or void; `void`: only then.
    """

    switch_to: LocalPath
    when: Literal["watch", "void"] = "watch"


class EnsembleConfig(Strict):
    """An ensemble file that was found right.

    Attributes:
        name: How clients ask for it.
        target: What is looked for, in words.
        voters: In the order they are asked, unless `order` says otherwise.
        vote: How the votes settle.
        views: What a voter looks at: `whole` frames, or tiles of them.
        order: `listed`: voters are asked as they stand here. `cheapest`: in the order of least
            expected cost, found while the gate works. It decides nothing, so it is never dumped
            and the digest does not cover it.
        full_ballots: Share of frames, in [0, 1], on which every voter is asked.
        certificate: The JSON file with the promise made for this ensemble. It decides nothing,
            so the digest does not cover it.
        profile: The file that says what usual frames are like (`skysift profile make`); drift is
            watched when there is one. It decides nothing, so the digest does not cover it.
        on_drift: Who judges when the promise is in doubt. What this gate says of a frame does not
            depend on it, and a verdict names the digest of the gate that gave it, so the digest
            does not cover it.
    """

    name: EnsembleName
    target: str
    voters: tuple[VoterConfig, ...]
    vote: VoteSpec = "or"
    views: ViewsSpec = "whole"
    order: Literal["listed", "cheapest"] = Field(default="listed", exclude=True)
    full_ballots: Share = 0.02
    certificate: LocalPath | None = None
    # Left out of what is dumped, and so out of the digest.
    profile: LocalPath | None = Field(default=None, exclude=True)
    on_drift: OnDrift | None = Field(default=None, exclude=True)

    @property
    def rule(self) -> Rule:
        """The rule that `vote` asks for, and which of its voters have a floor."""
        vote = self.vote if isinstance(self.vote, str) else self.vote.model_dump()
        rule = rule_from(vote, [voter.name for voter in self.voters])
        floors = enumerate(voter.floor for voter in self.voters)
        return replace(rule, gatekeepers=tuple(n for n, floor in floors if floor is not None))

    @property
    def tiles(self) -> Tiles | None:
        """How frames are cut; None when they are looked at whole."""
        return self.views if isinstance(self.views, Tiles) else None

    def looks_at_whole(self, voter: VoterConfig) -> bool:
        """Return whether a voter looks at whole frames and not at tiles of them."""
        return self.tiles is None or voter.views == "whole"


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
