"""The ensemble file: what it may say."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
)

from ensembles.local_path import LocalPath
from ensembles.rules import Rule, rule_from
from ensembles.tiles import Tiles

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
