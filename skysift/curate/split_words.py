"""What a split is, and how balanced."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np

from curation.labels.label_file import Label
from ensembles.score_table import Codes

LEFT_OUT = ""
LARGE_UNIT = 0.5
"""Share of all frames from which a unit is worth a warning."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Where each of n frames goes.

    Args:
        parts: Names, `LEFT_OUT` for a frame that goes nowhere.
        names: Of the parts that were asked for.
        units: What was not parted, int64 (n,).
        labels: Of each frame, None where nobody says.
        groups: Of each frame, as `--by` has it: what `skysift train` must find in one part.
    """

    parts: list[str]
    names: tuple[str, ...]
    units: Codes
    labels: list[Label | None]
    groups: list[str]


@dataclass(frozen=True, slots=True)
class Part:
    """What one part holds: counts."""

    frames: int
    groups: int
    units: int
    labels: dict[str, int]
    not_labelled: int

    @classmethod
    def of(cls, found: Split, name: str) -> "Part":
        """Return what the part of this name holds."""
        rows = np.flatnonzero(np.array(found.parts) == name)
        labels = [found.labels[row] for row in rows.tolist()]
        return cls(
            frames=len(rows),
            groups=len({found.groups[row] for row in rows.tolist()}),
            units=len(np.unique(found.units[rows])),
            labels=dict(Counter(label.label for label in labels if label is not None)),
            not_labelled=labels.count(None),
        )


def parts_of(found: Split) -> dict[str, Part]:
    """Return what each part holds, by name; frames that go nowhere come last."""
    left = [LEFT_OUT] if LEFT_OUT in found.parts else []
    return {name: Part.of(found, name) for name in [*found.names, *left]}


def facts_of(found: Split) -> dict[str, object]:
    """Return what there is to tell, for programs."""
    sizes = np.bincount(found.units)
    return {
        "frames": len(found.parts),
        "units": len(sizes),
        "largest_unit": int(sizes.max(initial=0)),
        "parts": {name or "left_out": asdict(part) for name, part in parts_of(found).items()},
    }


def lines_of(found: Split) -> Iterator[str]:
    """Yield the same for people, as a table."""
    sizes = np.bincount(found.units)
    names = sorted({label.label for label in found.labels if label is not None}, reverse=True)
    yield f"{len(found.parts)} frames, {len(sizes)} units that are never parted"
    head = ("frames", "groups", "units", *(f"label {name}" for name in names), "not labelled")
    yield _line("", head)
    for name, part in parts_of(found).items():
        counts = (part.labels.get(label, 0) for label in names)
        cells = (part.frames, part.groups, part.units, *counts, part.not_labelled)
        yield _line(name or "left out", map(str, cells))
    if sizes.max(initial=0) > LARGE_UNIT * len(found.parts):
        yield (
            f"one unit has {sizes.max()} of {len(found.parts)} frames: groups are linked by near "
            "duplicates; look at the sheet of `skysift curate clean`, or set tighter --thresholds"
        )


def _line(name: str, cells: Iterable[str]) -> str:
    return f"  {name:12}" + "".join(f"{cell:>14}" for cell in cells)
