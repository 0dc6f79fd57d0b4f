"""Which of the user's frames a conversion learns from, and which it is judged on."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from batch.score import look_at
from batch.sources import find_pictures
from ensembles.errors import ConfigError
from models.frames import Frame
from models.limits import Limits

LEAST_FRAMES = 32
"""Half of them for the ranges and half for the report; with fewer neither says anything."""

MOST_FOR_RANGES = 128
READABLE_PX = 64
"""Only whether it can be read is asked first."""


@dataclass(frozen=True, slots=True)
class Divided:
    """The frames that were named: each picture once, however often it lies there.

    Args:
        for_ranges: Path by id, sorted by id.
        held_out: The same; no id is in both.
        unreadable: What is wrong, by path.
        repeated: How many files hold a picture that another one holds.
    """

    for_ranges: Mapping[str, Path]
    held_out: Mapping[str, Path]
    unreadable: Mapping[Path, str]
    repeated: int


def divide(named: Sequence[Path], *, seed: int, limits: Limits) -> Divided:
    """Return the frames in two parts that share no picture, drawn with the seed.

    Raises:
        ConfigError: Too few can be read.
    """
    paths = find_pictures(named).pictures
    found: dict[str, Path] = {}
    unreadable: dict[Path, str] = {}
    with ThreadPoolExecutor(2) as pool:
        for path, seen in zip(
            paths,
            pool.map(partial(look_at, enough_px=READABLE_PX, limits=limits), paths),
            strict=True,
        ):
            if seen.frame is None:
                unreadable[path] = f"{seen.reason}: {seen.detail}"
            else:
                found.setdefault(seen.frame.id, path)
    if len(found) < LEAST_FRAMES:
        raise ConfigError(
            f"{len(found)} different frames can be read of {len(paths)} that were named, and "
            f"{LEAST_FRAMES} are needed at least: half give the ranges, half show what changed"
            + "".join(f"\n  {path}: {why}" for path, why in unreadable.items())
        )
    drawn = np.random.default_rng(seed).permutation(sorted(found)).tolist()
    first = min(MOST_FOR_RANGES, len(drawn) // 2)
    return Divided(
        {name: found[name] for name in sorted(drawn[:first])},
        {name: found[name] for name in sorted(drawn[first:])},
        unreadable,
        len(paths) - len(unreadable) - len(found),
    )


def decoded(
    paths: Sequence[Path], *, enough_px: int, enough_scale: float, limits: Limits
) -> Iterator[Frame]:
    """Yield the frames, one in memory at a time."""
    for path in paths:
        yield Frame.decode(
            path.read_bytes(),
            source=str(path),
            enough_px=enough_px,
            enough_scale=enough_scale,
            limits=limits,
        )
