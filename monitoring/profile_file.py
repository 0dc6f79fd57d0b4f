"""A profile as a file: arrays and JSON, in which nothing is ever unpickled."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ensembles.errors import ConfigError
from monitoring.attributes import ATTRIBUTE_OF, ATTRIBUTES, Pixels
from monitoring.identity import Identity
from monitoring.limits import Limits
from monitoring.profile import Golden, Profile, SelfCheck
from monitoring.reference import (
    AttributeReference,
    EmbeddingReference,
    Reference,
    VoterReference,
)
from monitoring.statistics import Baseline
from monitoring.tail import Tails

FORMAT = "skysift-profile-2"
"""Another number when a file of the old kind could not be read, or would be read wrongly."""

Arrays = dict[str, Any]


def write_profile(profile: Profile, path: Path) -> None:
    """Write the file; one of that name is replaced.

    Raises:
        ConfigError: It cannot be written.
    """
    try:
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **_arrays(profile))
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
