"""Weights as files: found, whole, and known by their SHA-256."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from re import sub
from tempfile import TemporaryDirectory, mkdtemp

from ensembles.errors import WeightsError

KEY_DIGITS = 16
"""Hex digits of a cache key: enough that two models never meet, short enough to read."""

READABLE = 0o755
"""Mode of a finished folder: who prepares models is seldom who serves them."""

READABLE_FILE = 0o644


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of the file's bytes.

    Raises:
        WeightsError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}") from None


def find(path: Path, *, what: str, remedy: str) -> Path:
    """Return `path` when it is a file.

    Args:
        path: Where it should be.
        what: What the file is, such as `the weights of voter 'vehicles'`.
        remedy: What a user can do, such as `put the ONNX file there`.

    Raises:
        WeightsError: There is no such file; says where it should be and the remedy.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: {what}: there is no such file; {remedy}")
    return path


def verify(path: Path, expected: str) -> None:
    """Refuse a file that is not the one it was.

    Raises:
        WeightsError: Its SHA-256 differs from `expected`, or it cannot be read.
    """
    if (found := sha256_of(path)) != expected:
        raise WeightsError(
            f"{path}: altered: its SHA-256 is {found}, but {expected} was recorded when it was "
            "prepared; prepare the model again, or put the right file there"
        )


def prepared_folder(home: Path, kind: str, name: str, identity: Iterable[str]) -> Path:
    """Return where a prepared model lies: `home/models/kind/name-key`.

    Args:
        home: The cache, `ModelSettings.home`.
        kind: The kind of voter, such as `clip`.
        name: For people: which model it is.
        identity: All that makes the prepared file what it is: architecture, digest of the source
            weights, opset, precision.
    """
    key = sha256("\0".join(identity).encode()).hexdigest()[:KEY_DIGITS]
    return home / "models" / kind / f"{sub(r'[^A-Za-z0-9.]+', '-', name)}-{key}"


def put(made: Path, place: Path) -> None:
    """Take a finished file to its place, where it appears whole or not at all.

    Raises:
        WeightsError: It cannot be written there.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # First into the same folder: only there is a renaming one step.
        with TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as unfinished:
            here = Path(shutil.move(made, unfinished))
            here.chmod(READABLE_FILE)
            here.replace(place)
    except OSError as error:
        raise WeightsError(f"{place}: cannot be written: {error.strerror}") from None


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a new folder to fill; it becomes `folder` when the block ends without an error.

    Two processes that prepare the same model both succeed, and one of the two results is kept.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    unfinished.chmod(READABLE)
    try:
        yield unfinished
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
