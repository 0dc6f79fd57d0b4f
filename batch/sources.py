"""Which pictures were meant by the files and folders that were named."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from batch.folders import files_below

# Only for looking through folders: a file that is named itself is always taken, and what a
# picture really is its bytes say.
PICTURE_SUFFIXES = frozenset(
    {".bmp", ".gif", ".jpe", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp"}
    # Skysift may not be able to read these; they are answered `review`, never left out.
    | {".avif", ".dng", ".heic", ".heif", ".jp2", ".jxl"}
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found.

    Args:
        pictures: In the order they were named, a folder's by their path; repeated if named twice.
        left_out: In folders: files that are not called like pictures, and what is no file.
    """

    pictures: tuple[Path, ...]
    left_out: tuple[Path, ...] = ()


def find_pictures(paths: Iterable[Path]) -> Sources:
    """Return every named file, and the pictures in every named folder and below it.

    Hidden files and folders are passed over. A path that does not exist is kept: it becomes a
    failed row instead of vanishing.
    """
    pictures: list[Path] = []
    left_out: list[Path] = []
    for path in paths:
        if not path.is_dir():
            pictures.append(path)
            continue
        for file in files_below(path, leave_out=left_out.append):
            (pictures if file.suffix.lower() in PICTURE_SUFFIXES else left_out).append(file)
    return Sources(tuple(pictures), tuple(left_out))
