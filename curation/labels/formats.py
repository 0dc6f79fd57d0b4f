"""The formats that people label in: how proposals go out, and how labels come back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.labels import coco, csv_sheet, label_studio
from curation.labels.label_file import Label
from curation.labels.proposals import Proposal, Proposer


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Args:
        suffix: Of its files.
        write: Proposals into a file.
        read: Labels out of a file that came back; raises `ConfigError` when it is of another kind.
    """

    suffix: str
    write: Callable[[Path, Sequence[Proposal], Proposer], None]
    read: Callable[[Path, Proposer], list[Label]]


FORMATS = {
    "csv": Format(".csv", csv_sheet.write, csv_sheet.read),
    "label-studio": Format(".json", label_studio.write, label_studio.read),
    "coco": Format(".coco.json", coco.write, coco.read),
}
"""By the name that `--format` takes."""


def format_of(path: Path) -> str:
    """Return the name of the format that a file's name says it is in."""
    ending = path.name.lower()
    if ending.endswith(FORMATS["coco"].suffix):
        return "coco"
    return "label-studio" if ending.endswith(".json") else "csv"
