"""One edition of an ensemble file: what it says, and what the files say that it names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from models.catalog import read
from models.digest import digest
from models.named_files import named_files
from models.settings import ModelSettings

Stamp = tuple[int, ...] | None
"""What changes when a file is written, replaced or touched; None while there is none."""
Stamps = Mapping[Path, Stamp]


@dataclass(frozen=True, slots=True)
class Edition:
    """Two editions that are equal make gates that say and promise the same.

    Args:
        config: What the file says; comments and layout apart.
        digest: Over everything that decides a score.
        beside: SHA-256 of certificate and profile, of which the digest knows nothing; None for
            one that is not there.
    """

    config: EnsembleConfig
    digest: str
    beside: tuple[str | None, ...]

    @classmethod
    def at(cls, path: Path, models: ModelSettings) -> "Edition":
        """Return the edition that lies on the disk now.

        Raises:
            ConfigError: With every mistake of the file.
            WeightsError: A file that it names is missing.
        """
        config = read(path)
        beside = tuple(_sha256(one) for one in (config.certificate, config.profile))
        return cls(config, digest(config, models), beside)


def files_of(path: Path, models: ModelSettings) -> frozenset[Path]:
    """Return the ensemble file and all files whose change may change its gate.

    They include those of the gate that stands in for it. Files that cannot be found out, because
    the ensemble file is wrong, are left out.
    """
    own, wide = _files_of_one(path, models)
    return own if wide is None else own | _files_of_one(wide, models)[0]


def _files_of_one(path: Path, models: ModelSettings) -> tuple[frozenset[Path], Path | None]:
    try:
        config = read(path)
    except ConfigError:
        return frozenset([path]), None
    wide = config.on_drift.switch_to if config.on_drift else None
    return named_files(config, models) | {path}, wide


def stamps_of(files: Iterable[Path]) -> Stamps:
    """Return the stamps of files as they are now."""
    return {file: _stamp(file) for file in files}


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    # Not the size and the time of the content alone: `cp -p` would bring both along.
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _sha256(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
