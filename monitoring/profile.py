"""The profile: what usual frames are like, as one file that is safe to load and fits one gate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from monitoring.attributes import ATTRIBUTE_OF, ATTRIBUTES, Floats64, Pixels
from monitoring.limits import Limits
from monitoring.observation import Floats
from monitoring.pane_state import Layout
from monitoring.reference import (
    AttributeReference,
    EmbeddingReference,
    Reference,
    VoterReference,
)
from monitoring.statistics import Baseline, Statistic, statistics_for
from monitoring.tail import Tails

FORMAT = "skysift-profile-1"
"""Another number when a file of the old kind could not be read, or would be read wrongly."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which gate a profile was made with.

    Args:
        ensemble: Its name.
        encoder: The voter whose embeddings are watched; empty when none gives any.
        made_by: Per voter, what its weights, prompts and preprocessing are (`made_by`).
        thresholds: Per voter.
        vote: How the votes settle, in words.
    """

    ensemble: str
    encoder: str
    made_by: Mapping[str, str]
    thresholds: Mapping[str, float]
    vote: str

    @classmethod
    def of(cls, config: EnsembleConfig, made_by: Mapping[str, str], *, encoder: str) -> Self:
        """Return which gate an ensemble file describes."""
        return cls(
            ensemble=config.name,
            encoder=encoder,
            made_by=made_by,
            thresholds={voter.name: voter.threshold for voter in config.voters},
            vote=_in_words(config),
        )

    @property
    def voters(self) -> tuple[str, ...]:
        """In the order of the ensemble."""
        return tuple(self.made_by)

    def differences(self, other: "Identity") -> list[str]:
        """Return what another gate does otherwise, one line each."""
        if set(self.voters) != set(other.voters):
            return [f"voters: {', '.join(self.voters)}, but the gate has {', '.join(other.voters)}"]
        found = [
            f"voter {voter!r}: other weights, prompts or preprocessing"
            for voter in self.voters
            if self.made_by[voter] != other.made_by[voter]
        ]
        found += [
            f"voter {voter!r}: threshold {self.thresholds[voter]:g}, but the gate has "
            f"{other.thresholds[voter]:g}"
            for voter in self.voters
            if self.thresholds[voter] != other.thresholds[voter]
        ]
        found += [
            f"{what}: {mine!r}, but the gate has {its!r}"
            for what, mine, its in (
                ("encoder", self.encoder, other.encoder),
                ("vote", self.vote, other.vote),
            )
            if mine != its
        ]
        return found


def _in_words(config: EnsembleConfig) -> str:
    """Return how votes settle, with the floors below which a voter ends a frame by itself."""
    floors = [
        f"{voter.name} floor {voter.floor:g}" for voter in config.voters if voter.floor is not None
    ]
    return ", ".join([str(config.vote), *floors])


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """How a profile fares on usual flights that it was not made from.

    Args:
        flights: How many there were.
        windows: How many windows were made of them.
        alarms: How many passed the limit of `nominal`.
        nominal: Share of usual windows that ought to.
    """

    flights: int
    windows: int
    alarms: int
    nominal: float

    @property
    def rate(self) -> float:
        """Share of the windows that alarmed."""
        return self.alarms / self.windows if self.windows else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Golden:
    """A few usual frames and what the voters said of them, to be asked again.

    Args:
        pixels: uint8, shapes (h, w, 3).
        scores: Shape (n, v).
        embeddings: Shape (n, d).
    """

    pixels: tuple[Pixels, ...]
    scores: Floats
    embeddings: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What usual frames are like, for one gate.

    Args:
        identity: The gate.
        made_at: ISO 8601, UTC.
        frames: How many usual frames it rests on.
        flights: Of how many flights.
        reference: Fixed numbers that turn frames into rows.
        baseline: The state of the usual frames that windows are held against.
        limits: By size of window, in panes.
        self_check: On flights held out.
        golden: For the self-test.
        map_points: Usual embeddings in two dimensions, for drawing, shape (m, 2).
        map_axes: What puts an embedding there, shape (d, 2).
        examples: Small pictures of usual frames, one per cluster at most.
        example_clusters: Which cluster each stands for.
    """

    identity: Identity
    made_at: str
    frames: int
    flights: int
    reference: Reference
    baseline: Baseline
    limits: Mapping[int, Limits]
    self_check: SelfCheck
    golden: Golden
    map_points: Floats64
    map_axes: Floats64
    examples: tuple[Pixels, ...] = ()
    example_clusters: tuple[int, ...] = ()

    @property
    def layout(self) -> Layout:
        """Of the states that belong to it."""
        return Layout.of(self.reference)

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """What is watched, in the order of `statistics_of`."""
        return statistics_for(self.identity.voters, embedded=self.reference.embedding is not None)

    def refuse_other(self, gate: Identity, *, source: str) -> None:
        """Refuse to watch a gate that the profile was not made with.

        Raises:
            ConfigError: With everything that differs.
        """
        if differences := self.identity.differences(gate):
            raise ConfigError(
                [*differences, "make the profile again with this gate: skysift profile make"],
                source=f"{source} was made with another gate",
            )

    def write(self, path: Path) -> None:
        """Write the file; one of that name is replaced.

        Raises:
            ConfigError: It cannot be written.
        """
        try:
            with path.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **_arrays(self))
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def read_profile(path: Path) -> Profile:
    """Return the profile that a file holds; nothing in it is ever unpickled.

    Raises:
        ConfigError: There is no such file, it is no profile, or one of another version.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return _profile({name: file[name] for name in file.files})
    except FileNotFoundError:
        raise ConfigError("there is no such file", source=str(path)) from None
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ConfigError(f"is no profile that can be read: {error}", source=str(path)) from None


Arrays = dict[str, Any]


def _arrays(profile: Profile) -> Arrays:
    head = {
        "format": FORMAT,
        "identity": asdict(profile.identity),
        "made_at": profile.made_at,
        "frames": profile.frames,
        "flights": profile.flights,
        "self_check": asdict(profile.self_check),
        "attributes": ATTRIBUTES,
        "windows": sorted(profile.limits),
        "episodes": [profile.limits[size].episodes for size in sorted(profile.limits)],
        "example_clusters": profile.example_clusters,
    }
    arrays: Arrays = {
        "head": np.array(json.dumps(head)),
        "baseline": profile.baseline.state,
        "golden_scores": profile.golden.scores,
        "golden_embeddings": profile.golden.embeddings,
        "map_points": profile.map_points,
        "map_axes": profile.map_axes,
    }
    reference = profile.reference
    for name, part in (
        ("attributes", reference.attributes),
        ("votes", reference.votes),
        ("embedding", reference.embedding),
    ):
        if part is not None:
            arrays |= {f"{name}_{field.name}": getattr(part, field.name) for field in fields(part)}
    for size, limits in profile.limits.items():
        for name, tails in (("single", limits.single), ("joint", limits.joint)):
            arrays[f"window{size}_{name}_knots"] = tails.knots
            arrays[f"window{size}_{name}_excess"] = tails.excess
    for name, pictures in (("golden", profile.golden.pixels), ("example", profile.examples)):
        arrays |= {f"{name}_picture{index}": picture for index, picture in enumerate(pictures)}
    return arrays


def _profile(arrays: Arrays) -> Profile:
    if "head" not in arrays:
        raise ValueError("it has no head")
    head = json.loads(str(arrays["head"]))
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']!r}, not {FORMAT!r}; make it again")
    if tuple(head["attributes"]) != ATTRIBUTES:
        raise ValueError("it knows other attributes; make it again")
    profile = Profile(
        identity=Identity(**head["identity"]),
        made_at=head["made_at"],
        frames=head["frames"],
        flights=head["flights"],
        reference=_reference(arrays),
        baseline=Baseline(arrays["baseline"]),
        limits={
            size: Limits(
                Tails(arrays[f"window{size}_single_knots"], arrays[f"window{size}_single_excess"]),
                Tails(arrays[f"window{size}_joint_knots"], arrays[f"window{size}_joint_excess"]),
                episodes,
            )
            for size, episodes in zip(head["windows"], head["episodes"], strict=True)
        },
        self_check=SelfCheck(**head["self_check"]),
        golden=Golden(
            _pictures(arrays, "golden"), arrays["golden_scores"], arrays["golden_embeddings"]
        ),
        map_points=arrays["map_points"],
        map_axes=arrays["map_axes"],
        examples=_pictures(arrays, "example"),
        example_clusters=tuple(head["example_clusters"]),
    )
    _refuse_misshapen(profile)
    return profile


def _reference(arrays: Arrays) -> Reference:
    def part(kind: type, name: str) -> Any:  # noqa: ANN401 - one of the three below
        return kind(**{field.name: arrays[f"{name}_{field.name}"] for field in fields(kind)})

    return Reference(
        part(AttributeReference, "attributes"),
        part(VoterReference, "votes"),
        part(EmbeddingReference, "embedding") if "embedding_centre" in arrays else None,
    )


def _pictures(arrays: Arrays, name: str) -> tuple[Pixels, ...]:
    count = sum(key.startswith(f"{name}_picture") for key in arrays)
    return tuple(arrays[f"{name}_picture{index}"] for index in range(count))


def _refuse_misshapen(profile: Profile) -> None:
    """Refuse arrays that do not fit each other; raises `ValueError`."""
    layout, count = profile.layout, len(profile.statistics)
    wanted: Sequence[tuple[str, tuple[int, ...], tuple[int, ...]]] = [
        ("baseline", profile.baseline.state.shape, (layout.width,)),
        ("attributes", profile.reference.attributes.centre.shape, (len(ATTRIBUTE_OF),)),
        ("voters", profile.reference.votes.thresholds.shape, (len(profile.identity.voters),)),
        *(
            (f"limits of {size} panes", limits.single.excess.shape, (count,))
            for size, limits in profile.limits.items()
        ),
    ]
    for name, shape, expected in wanted:
        if shape != expected:
            raise ValueError(f"{name} has shape {shape}, not {expected}")
