"""The label file: one line a frame, as people last said it, with who and when.

It is what `skysift score --labels` and `skysift train --labels` read; they pass over `id`, `by`
and `at`.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from ensembles.errors import ConfigError

MODEL = "model:"
"""What the `by` of a model's proposal begins with."""

SHOWN = 10
"""How many mistakes of a file are named."""


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says of a frame.

    Args:
        frame: The path of the picture.
        label: `1` or `0` for target or none, or the name of a class; empty when nobody says.
        object: What it shows, several with `;` between.
        group: The flight.
        id: Hex SHA-256 of the picture's bytes; empty when unknown.
        by: Who says so.
        at: When, ISO 8601 in UTC; empty when nobody noted it.
    """

    frame: str
    label: str
    object: str = ""
    group: str = ""
    id: str = ""
    by: str = ""
    at: str = ""

    @property
    def key(self) -> str:
        """What the frame is known by: two paths of the same bytes are one frame."""
        return self.id or self.frame


COLUMNS = tuple(field.name for field in fields(Label))


def read_label_file(path: Path) -> tuple[Label, ...]:
    """Return the labels of a CSV file that say something, one a frame, in its order.

    A frame with several objects may have a line for each.

    Args:
        path: With the columns `frame` (or `id`) and `label`, and perhaps the others of `Label`.

    Raises:
        ConfigError: With the first mistakes, each with its line.
    """
    labels: dict[str, Label] = {}
    problems = []
    for line, cells in rows_of(path):
        label = label_of(cells)
        if label.label and not label.key:
            problems.append(f"line {line}: a label without a frame")
        elif label.label:
            before = labels.get(label.key, label)
            if before.label != label.label:
                problems.append(
                    f"line {line}: {label.key} is both {before.label!r} and {label.label!r}"
                )
            labels[label.key] = replace(label, object=_together(before, label))
    refuse(problems, path)
    return tuple(labels.values())


def _together(before: Label, label: Label) -> str:
    """Return the objects that both lines of one frame name."""
    named = (name.strip() for line in (before, label) for name in line.object.split(";"))
    return ";".join(dict.fromkeys(filter(None, named)))


def label_of(cells: Mapping[str, str]) -> Label:
    """Return the label in a line; other columns are passed over."""
    known = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    return Label(**{**known, "label": known["label"].removesuffix(".0")})


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line of a CSV file of labels, by the names of its columns, with its number.

    Raises:
        ConfigError: It cannot be read, a column is missing, or a line has too many or few cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _refuse_columns(reader.fieldnames or (), path)
            for cells in reader:
                if None in cells or None in cells.values():
                    refuse([f"line {reader.line_num}: has too many or too few cells"], path)
                yield reader.line_num, cells
    except FileNotFoundError:
        raise ConfigError("there is no such file", source=str(path)) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"cannot be read as CSV: {error}", source=str(path)) from None


def write_label_file(path: Path, labels: Iterable[Label]) -> None:
    """Write the labels; the file appears whole or not at all."""
    write_rows(path, COLUMNS, (asdict(label) for label in labels))


def write_rows(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a CSV file; it appears whole or not at all.

    Raises:
        ConfigError: It cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        unfinished.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def refuse(problems: list[str], path: Path) -> None:
    """Raise `ConfigError` with the first problems, if there are any."""
    if problems:
        more = len(problems) - SHOWN
        tail = [f"and {more} more"] if more > 0 else []
        raise ConfigError([*problems[:SHOWN], *tail], source=str(path))


def _refuse_columns(names: Iterable[str], path: Path) -> None:
    missing = [] if "label" in names else ["there is no column 'label'"]
    if not {"frame", "id"} & set(names):
        missing.append("there is no column 'frame', nor 'id'")
    refuse(missing, path)
