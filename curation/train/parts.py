"""Labelled frames divided by flight: to learn from, to stop by, to measure on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from curation.train.examples import TEST, TRAIN, VALIDATION, Examples, Indices
from ensembles.errors import ConfigError


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Which frames are used for what; no flight is in two of them.

    Args:
        training: The network learns from them.
        validation: They say when to stop.
        test: They have no say; empty when the labels name none.
    """

    training: Indices
    validation: Indices
    test: Indices


def parted(examples: Examples, *, share: float, seed: int) -> Parts:
    """Return the parts that the labels name; without a `validation` part, a share of the flights.

    Args:
        examples: Their parts say what a frame may be used for.
        share: Of the flights to train on that say when to stop.
        seed: Of the choice.

    Raises:
        ConfigError: There are too few flights with the target, or without.
    """
    learned, named = examples.of(TRAIN, ""), examples.of(VALIDATION)
    if len(named):
        return Parts(learned, named, examples.of(TEST))
    first = folds(examples, learned, count=max(2, round(1 / share)), seed=seed)[0]
    return Parts(np.setdiff1d(learned, first), first, examples.of(TEST))


def folds(examples: Examples, frames: Indices, *, count: int, seed: int) -> list[Indices]:
    """Return the frames in so many parts alike in size and positives, whole flights each.

    The flights, in a random order but those with most positives first, go one by one to the fold
    that has the fewest positives, or, when a flight has none, the fewest frames.

    Args:
        examples: All of them.
        frames: Which are to be divided.
        count: Of folds.
        seed: Of the order.

    Raises:
        ConfigError: A fold would have no positive, or no negative.
    """
    members = [frames[examples.groups[frames] == group] for group in _groups(examples, frames)]
    order = np.random.default_rng(seed).permutation(len(members))
    held = [(int(examples.positive[members[index]].sum()), index) for index in order]
    dealt: list[list[int]] = [[] for _ in range(count)]
    sums = np.zeros((count, 2), dtype=np.int64)  # positives, frames
    for positives, index in sorted(held, key=lambda each: -each[0]):
        fold = int(np.lexsort((sums[:, 1], sums[:, 0]) if positives else (sums[:, 1],))[0])
        dealt[fold].extend(members[index])
        sums[fold] += positives, len(members[index])
    if sums[:, 0].min() == 0 or (sums[:, 1] - sums[:, 0]).min() == 0:
        raise ConfigError(
            f"{len(members)} groups to learn from, {sum(p > 0 for p, _ in held)} of them with the "
            f"target: too few for {count} parts that each have frames with it and without. Label "
            "more flights, or, for frames that have nothing to do with one another, leave `group` "
            "empty"
        )
    return [np.sort(np.array(fold, dtype=np.intp)) for fold in dealt]


def rounds(
    examples: Examples, frames: Indices, *, count: int, seed: int
) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Yield what to learn from, what to stop by and what to measure on, once for each fold.

    Raises:
        ConfigError: As `folds`.
    """
    dealt = folds(examples, frames, count=count, seed=seed)
    for number, held_out in enumerate(dealt):
        stopping = dealt[(number + 1) % count]
        learning = [fold for fold in dealt if fold is not held_out and fold is not stopping]
        yield np.sort(np.concatenate(learning)), stopping, held_out


def _groups(examples: Examples, frames: Indices) -> Indices:
    return np.unique(examples.groups[frames])
