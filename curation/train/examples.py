"""What a training learns from: frames with a label, the flight of each, and what each is for.

Frames of one flight are alike. A flight that stands on both sides of a division makes every
figure too good, so flights are divided, never frames.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ensembles.errors import ConfigError

Indices = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

TRAIN, VALIDATION, CALIBRATION, TEST = "train", "validation", "calibration", "test"
PARTS = (TRAIN, VALIDATION, CALIBRATION, TEST)
"""What `split` may say; empty is `train`. Frames of `calibration` are never looked at."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled frame.

    Args:
        path: Of the picture.
        positive: Whether the target is on it.
        group: Its flight; empty when nobody says, and it then is a group of its own.
        part: One of PARTS, or empty.
    """

    path: Path
    positive: bool
    group: str = ""
    part: str = ""


class Examples(Sequence[Example]):
    """Labelled frames, and the same as columns.

    Args:
        items: In any order.
    """

    def __init__(self, items: Iterable[Example]) -> None:
        self._items = tuple(items)
        self.positive: Bools = np.array([item.positive for item in self._items], dtype=bool)
        named = (item.group or f"\0{index}" for index, item in enumerate(self._items))
        self.groups: Indices = np.unique(list(named), return_inverse=True)[1].reshape(-1)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Example:  # type: ignore[override]  # no slices are needed
        return self._items[index]

    def of(self, *parts: str) -> Indices:
        """Return which frames belong to one of these parts."""
        return np.array([i for i, item in enumerate(self) if item.part in parts], dtype=np.intp)

    def digest(self, ids: Sequence[str]) -> str:
        """Return the hex SHA-256 over what is learned: pictures, labels, groups and parts.

        Args:
            ids: Hex SHA-256 of each picture's bytes. Neither order nor places count.
        """
        lines = sorted(
            f"{name} {item.positive:d} {item.group} {item.part}"
            for name, item in zip(ids, self, strict=True)
        )
        return sha256("\n".join(lines).encode()).hexdigest()


def refuse_unfit(examples: Examples) -> None:
    """Refuse labels that nothing can be learned from, or that divide a flight.

    Raises:
        ConfigError: With everything that is wrong.
    """
    problems = []
    if strange := sorted({item.part for item in examples} - {"", *PARTS}):
        known = ", ".join(PARTS)
        problems.append(f"split: must be one of {known}, or empty, not {', '.join(strange)}")
    parts_of: dict[str, set[str]] = {}
    for item in examples:
        if item.group:
            parts_of.setdefault(item.group, set()).add(item.part or TRAIN)
    problems += [
        f"group {group!r} is in {' and in '.join(sorted(parts))}: a flight belongs to one part"
        for group, parts in sorted(parts_of.items())
        if len(parts) > 1
    ]
    if problems:
        raise ConfigError(problems)
