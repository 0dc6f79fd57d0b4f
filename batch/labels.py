"""What people say is on the pictures, and which picture each line speaks of."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from batch.columns import Table, Wanted
from batch.score_cells import BETWEEN_OBJECTS, LABELS, SHOWN
from batch.tables import read_table
from ensembles.errors import ConfigError

COLUMNS = ("frame", "label", "object", "group", "split")


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one frame.

    Args:
        frame: As the label file calls it.
        label: `1`, `0` or empty.
        object: What it shows, several with `;` between; empty when nobody says.
        group: The flight or mission it belongs to; empty when nobody says.
        split: What it is to be used for; empty when nobody says.
    """

    frame: str
    label: str = ""
    object: str = ""
    group: str = ""
    split: str = ""


def read_labels(path: Path) -> tuple[Label, ...]:
    """Return one label per frame, in the order of the file.

    Args:
        path: CSV or Parquet with the columns `frame` and `label`, and perhaps `object`, `group`
            and `split`. A frame with several objects may have one line for each.

    Raises:
        ConfigError: With everything that is wrong.
    """
    read = read_table(path, Wanted(COLUMNS))
    problems = [f"there is no column {name!r}" for name in COLUMNS[:2] if name not in read.text]
    problems += [
        f"label: must be 1, 0 or empty, not {label!r}"
        for label in sorted(set(read.text.get("label", ())) - set(LABELS))
    ]
    if problems:
        raise ConfigError(problems, source=str(path))
    lines = defaultdict(list)
    for line in _lines(read):
        lines[line.frame].append(line)
    problems = [problem for same in lines.values() for problem in _contradictions(same)]
    if problems:
        raise ConfigError(_first(problems), source=str(path))
    return tuple(_joined(same) for same in lines.values())


def _lines(read: Table) -> Iterator[Label]:
    columns = [read.text.get(name, np.full(len(read.text["frame"]), "")) for name in COLUMNS]
    for cells in zip(*columns, strict=True):
        frame, label, *rest = map(str, cells)
        yield Label(frame, label.removesuffix(".0"), *rest)


def _contradictions(same: Sequence[Label]) -> Iterator[str]:
    for column in ("label", "group", "split"):
        said = {getattr(line, column) for line in same}
        if len(said) > 1:
            yield f"{same[0].frame}: {column} is both {' and '.join(map(repr, sorted(said)))}"


def _joined(same: Sequence[Label]) -> Label:
    objects = dict.fromkeys(line.object for line in same if line.object)
    return replace(same[0], object=BETWEEN_OBJECTS.join(objects))


def labels_of(
    pictures: Mapping[str, Path], labels: Iterable[Label], *, source: Path, some: bool = False
) -> dict[str, Label]:
    """Return the label of every picture, by the picture's id.

    A line means the picture whose id it names, or the only one whose file name it names.

    Args:
        pictures: Files by id, which is their path below the folder that was named.
        labels: From `source`, which may name files relative to its own folder as well.
        source: The label file.
        some: Pictures without a line are none of its business, and are left out.

    Raises:
        ConfigError: With every line that means no picture or several, and every picture that
            no line means.
    """
    meant: dict[str, list[Label]] = defaultdict(list)
    problems: list[str] = []
    find = _Finder(pictures, source.parent)
    for label in labels:
        ids = find.ids(label.frame)
        if len(ids) == 1:
            meant[ids[0]].append(label)
        else:
            problems.append(_unmatched(label.frame, ids))
    problems += [
        f"{name}: more than one line means this picture: "
        + ", ".join(repr(label.frame) for label in same)
        for name, same in meant.items()
        if len(same) > 1
    ]
    problems = _first(problems)
    if not some and (silent := [name for name in pictures if name not in meant]):
        problems.append(
            f"{len(silent)} pictures have no line, such as {', '.join(map(repr, silent[:SHOWN]))}; "
            "a picture nobody looked at has a line with an empty label"
        )
    if problems:
        raise ConfigError(problems, source=str(source))
    return {name: same[0] for name, same in meant.items()}


class _Finder:
    """Finds the pictures that a label file means.

    Args:
        pictures: Files by id.
        folder: Of the label file.
    """

    def __init__(self, pictures: Mapping[str, Path], folder: Path) -> None:
        self._pictures = pictures
        self._folder = folder
        self._by_path = {path.resolve(): name for name, path in pictures.items()}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for name, path in pictures.items():
            self._by_name[path.name].append(name)

    def ids(self, frame: str) -> list[str]:
        """Return the ids of all pictures that `frame` may mean."""
        plain = frame.replace("\\", "/").removeprefix("./")
        if plain in self._pictures:
            return [plain]
        if (name := self._by_path.get((self._folder / plain).resolve())) is not None:
            return [name]
        return self._by_name.get(plain, [])


def _unmatched(frame: str, ids: Sequence[str]) -> str:
    if not ids:
        return f"{frame}: there is no such picture"
    return f"{frame}: {len(ids)} pictures are called so: {', '.join(ids[:SHOWN])}; name the folder"


def _first(problems: Sequence[str], most: int = 10) -> list[str]:
    """Return the first problems and how many more there are: a wrong folder makes thousands."""
    more = len(problems) - most
    return [*problems[:most], *([f"and {more} more like these"] if more > 0 else [])]


def ids_of(pictures: Iterable[Path], named: Sequence[Path]) -> dict[str, Path]:
    """Return the pictures by an id that is the same wherever the folder lies.

    Args:
        pictures: Files, each in one of `named` or itself one of them.
        named: The files and folders that were asked for.

    Raises:
        ConfigError: Two pictures would have the same id.
    """
    folders = [path for path in named if path.is_dir()]
    found = [(_id_of(picture, folders), picture) for picture in pictures]
    repeated = [name for name, count in Counter(name for name, _ in found).items() if count > 1]
    if repeated:
        raise ConfigError(
            _first([f"{name}: named twice, or in two of the folders" for name in repeated])
        )
    return dict(found)


def _id_of(picture: Path, folders: Iterable[Path]) -> str:
    for folder in folders:
        if picture.is_relative_to(folder):
            return picture.relative_to(folder).as_posix()
    return picture.as_posix()
