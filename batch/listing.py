"""From what a user names to inputs, one at a time: nothing is opened that need not be."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from glob import has_magic, iglob
from importlib import import_module
from pathlib import Path

from batch.folders import files_below
from batch.in_order import in_order
from batch.input import Input
from batch.sources import PICTURE_SUFFIXES
from ensembles.errors import ConfigError

SHOWN = 3
"""How many of the files that were left out are named."""


@dataclass(frozen=True, slots=True)
class Every:
    """Which frames of a video are judged.

    Args:
        seconds: One in as many seconds.
        frames: One in as many frames; counts only without `seconds`.
    """

    seconds: float | None = 1.0
    frames: int = 1


@dataclass(slots=True)
class Listing:
    """Lists inputs, and remembers what it left out.

    Args:
        every: Which frames of videos.
        left_out: In folders: how many files that are not called like pictures, links to folders,
            and what is no file.
        shown: Some of them.
    """

    every: Every = field(default_factory=Every)
    left_out: int = 0
    shown: list[str] = field(default_factory=list)

    def of(self, named: Sequence[str]) -> Iterator[Input]:
        """Yield the inputs that are meant, in the order they were named, a folder's by path.

        A path that does not exist is yielded too: it becomes a failed row instead of vanishing.

        Raises:
            ConfigError: A pattern that fits nothing, or a list that cannot be read.
            SkysiftError: A folder that cannot be listed.
        """
        for name in named:
            yield from self._one(name, lists=True)

    def _one(self, name: str, *, lists: bool) -> Iterator[Input]:
        path = Path(name)
        if "://" in name:
            yield from _lister("batch.remote:list_remote")(name, self)
        elif _is_folder(path):
            yield from self._folder(path)
        elif has_magic(name) and not path.exists():
            yield from self._pattern(name)
        elif lists and (place := LISTS.get(path.suffix.lower())):
            for each in _names_in(place)(path):
                yield from self._one(each, lists=False)
        elif place := CONTAINERS.get(path.suffix.lower()):
            yield from _lister(place)(name, self)
        else:
            yield Input(name)

    def _folder(self, folder: Path) -> Iterator[Input]:
        for path in files_below(folder, leave_out=self.leave_out):
            if path.suffix.lower() in PICTURE_SUFFIXES:
                yield Input(str(path))
            else:
                self.leave_out(path)

    def leave_out(self, path: Path | str) -> None:
        """Remember what is not called like a picture, or is no file."""
        self.left_out += 1
        if len(self.shown) < SHOWN:
            self.shown.append(str(path))

    def _pattern(self, pattern: str) -> Iterator[Input]:
        name = None
        for name in in_order(iglob(pattern, recursive=True)):  # noqa: PTH207 - it may be absolute
            yield from self._one(name, lists=False)
        if name is None:
            raise ConfigError(f"{pattern}: no file fits this pattern")


def _is_folder(path: Path) -> bool:
    """Return whether it is known to be a folder: what cannot be reached becomes a failed row."""
    try:
        return path.is_dir()
    except OSError:
        return False


Lister = Callable[[str, Listing], Iterator[Input]]
Names = Callable[[Path], Iterator[str]]


def _lister(place: str) -> Lister:
    module, name = place.split(":")
    found: Lister = getattr(import_module(module), name)
    return found


def _names_in(place: str) -> Names:
    module, name = place.split(":")
    found: Names = getattr(import_module(module), name)
    return found


LISTS = {
    ".txt": "batch.lists:names_in_text",
    ".csv": "batch.lists:names_in_table",
    ".parquet": "batch.lists:names_in_table",
    ".pq": "batch.lists:names_in_table",
}
"""Files that name inputs; in a list, or found by a pattern, they are inputs like any other."""

CONTAINERS = {
    ".zip": "batch.archives:list_archive",
    **dict.fromkeys(
        (".mp4", ".mov", ".avi", ".mkv", ".m4v", ".webm", ".ts"), "batch.videos:list_video"
    ),
}
"""Files with many pictures in them."""
