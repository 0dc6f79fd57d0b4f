"""Which classes speak for the target, how strongly, and what a classifier's shares then say."""

from collections.abc import Mapping, Sequence

import numpy as np

from ensembles.mistakes import near_miss
from ensembles.voter import Floats

MOST_SUGGESTIONS = 5


def class_index(wanted: str | int, labels: Sequence[str]) -> int:
    """Return the index of the class that is meant by name or by index.

    A name is right when it is written as in the labels; when no label is written so, letters of
    the other case are forgiven, unless two labels differ in nothing else.

    Raises:
        ValueError: No such class, naming similar ones, or several, naming their indices.
    """
    if isinstance(wanted, int):
        return _in_range(wanted, labels)
    exactly = [index for index, label in enumerate(labels) if label == wanted]
    folded = wanted.casefold()
    nearly = [index for index, label in enumerate(labels) if label.casefold() == folded]
    if len(found := exactly or nearly) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{index} ({labels[index]!r})" for index in found)
        raise ValueError(f"{wanted!r} could be several classes: {several}; give the index")
    if wanted.isdecimal():
        return _in_range(int(wanted), labels)
    raise ValueError(f"{wanted!r} is no class{_suggestion(wanted, labels)}")


def evidence_weights(positive: Mapping[str | int, float], labels: Sequence[str]) -> Floats:
    """Return the weight of every class, float32, shape (classes,); 0 where none is given.

    Raises:
        ValueError: Classes are unknown, ambiguous or given twice; all of them at once.
    """
    weights = np.zeros(len(labels), dtype=np.float32)
    problems = []
    for wanted, weight in positive.items():
        try:
            index = class_index(wanted, labels)
        except ValueError as error:
            problems.append(str(error))
            continue
        if weights[index]:
            problems.append(f"class {index} ({labels[index]!r}) is given twice")
        weights[index] = weight
    if problems:
        raise ValueError(". ".join(problems))
    return weights


def evidence_scores(shares: Floats, weights: Floats) -> Floats:
    """Return the weighted sum of each row of probabilities, capped at 1; float32, shape (n,)."""
    return np.asarray(np.minimum(shares @ weights, 1), dtype=np.float32)


def _in_range(index: int, labels: Sequence[str]) -> int:
    if not 0 <= index < len(labels):
        raise ValueError(f"class {index} does not exist: indices are 0 to {len(labels) - 1}")
    return index


def _suggestion(wanted: str, labels: Sequence[str]) -> str:
    """Name the label that is written alike, or some that hold the same word."""
    if close := near_miss(wanted, labels):
        return close
    words = [label for label in labels if wanted.casefold() in label.casefold().split()]
    return f"; there are {', '.join(map(repr, words[:MOST_SUGGESTIONS]))}" if words else ""
