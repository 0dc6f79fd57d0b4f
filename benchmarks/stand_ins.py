"""Pictures on which random networks vote as the demo's voters do on frames of the demo world.

What a gate costs hangs on how often its voters say yes, and on how often they agree. So every
frame of a stream is a frame of the demo world, empty or not as the prevalence wants it, and is
replaced by a 12 MP picture on which the three full-size networks answer as the demo's three did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.laps import Scores

VOTERS = ("specialist", "clip", "resnet50")
SHARES = np.linspace(0.2, 0.8, 13)
"""Shares of the pictures below a threshold that are tried."""

Pattern = tuple[bool, ...]
"""Who says yes, in the order of VOTERS; for a cascade, whether the floor ends it comes first."""


def pattern(scores: Scores, thresholds: Mapping[str, float], floor: float | None = None) -> Pattern:
    """Return how the voters answer; below the floor nobody but the specialist is asked."""
    ended = floor is not None and scores["specialist"] < floor
    if ended:
        return (True,) + (False,) * len(VOTERS)
    answers = tuple(scores[voter] >= thresholds[voter] for voter in VOTERS)
    return answers if floor is None else (False, *answers)


def even_thresholds(scores: Sequence[Scores]) -> Mapping[str, float]:
    """Return the thresholds at which the rarest pattern of answers has the most pictures."""
    table = np.array([[each[voter] for voter in VOTERS] for each in scores])
    candidates = np.array([[_between(column, share) for share in SHARES] for column in table.T])
    best, most = candidates[:, len(SHARES) // 2], -1
    weights = 2 ** np.arange(len(VOTERS))
    for chosen in product(range(len(SHARES)), repeat=len(VOTERS)):
        thresholds = candidates[range(len(VOTERS)), chosen]
        codes = (table >= thresholds) @ weights
        rarest = int(np.bincount(codes, minlength=2 ** len(VOTERS)).min())
        if rarest > most:
            best, most = thresholds, rarest
    return dict(zip(VOTERS, best.tolist(), strict=True))


def floor_below(scores: Sequence[Scores], thresholds: Mapping[str, float]) -> float:
    """Return a floor of the specialist with half of the pictures below its threshold below it."""
    column = np.array([each["specialist"] for each in scores])
    return _between(column, float((column < thresholds["specialist"]).mean()) / 2)


def _between(column: "np.ndarray[tuple[int], np.dtype[np.float64]]", share: float) -> float:
    """Return the middle between the two scores around a share of them."""
    ordered = np.sort(column)
    place = min(max(1, round(share * len(ordered))), len(ordered) - 1)
    return float((ordered[place - 1] + ordered[place]) / 2)


@dataclass(frozen=True, slots=True)
class Stream:
    """Which picture stands for each frame.

    Args:
        pictures: Indices of pictures.
        exact: Share of frames whose picture has exactly the frame's pattern.
    """

    pictures: tuple[int, ...]
    exact: float


def stream(
    wanted: Sequence[Pattern], found: Sequence[Pattern], chance: np.random.Generator
) -> Stream:
    """Return a picture for every wanted pattern, drawn among those nearest to it.

    Args:
        wanted: Of each frame.
        found: Of each picture.
        chance: Draws among equals.
    """
    chosen, exact = [], 0
    for each in wanted:
        distances = np.array([_distance(each, other) for other in found])
        nearest = np.flatnonzero(distances == distances.min())
        chosen.append(int(chance.choice(nearest)))
        exact += int(distances.min() == 0)
    return Stream(tuple(chosen), exact / len(wanted))


def _distance(one: Pattern, other: Pattern) -> int:
    """Return how differently two frames are answered; whom is asked first weighs most."""
    differ = [a != b for a, b in zip(one, other, strict=True)]
    return sum(2 ** (len(differ) - place) for place, unlike in enumerate(differ) if unlike)


def mixed(
    positive: Sequence[Pattern],
    negative: Sequence[Pattern],
    *,
    count: int,
    prevalence: float,
    chance: np.random.Generator,
) -> list[Pattern]:
    """Return the patterns of `count` frames, so many of them with an object as prevalence wants.

    Raises:
        ValueError: That would be less than one frame.
    """
    with_object = round(prevalence * count)
    if with_object < 1:
        raise ValueError(f"{count} frames are too few for a prevalence of {prevalence}")
    rows = [
        *(positive[index] for index in chance.integers(len(positive), size=with_object)),
        *(negative[index] for index in chance.integers(len(negative), size=count - with_object)),
    ]
    return [rows[index] for index in chance.permutation(count)]
