"""An ensemble file that is followed: whether what lies on the disk should be loaded."""

from dataclasses import dataclass
from pathlib import Path

from models.catalog import read
from models.settings import ModelSettings
from service.edition import Stamps, files_of, stamps_of

TRY_AGAIN_SECONDS = 30
"""After which a file that could not be loaded is tried again, although nothing is seen to have
changed: what it names may have come to where nobody looked."""


@dataclass(slots=True)
class Followed:
    """An ensemble file of the settings, and what is known of it on the disk.

    Args:
        path: Of the file.
        name: Of its ensemble.
        loaded: The files that the gate which judges was made of.
        files: Those that are looked at.
        seen: Their stamps at the last look.
        tried: Their stamps when they were last loaded, or could not be.
        trouble: Why they could not; empty when they could.
        try_again_at: On the monotonic clock, seconds.
    """

    path: Path
    name: str
    loaded: frozenset[Path]
    files: frozenset[Path]
    seen: Stamps
    tried: Stamps
    trouble: str = ""
    try_again_at: float = 0.0

    @classmethod
    def at(cls, path: Path, models: ModelSettings) -> "Followed":
        """Return the file as it is, to be loaded next.

        Raises:
            ConfigError: With every mistake of the file.
        """
        files = files_of(path, models)
        stamps = stamps_of(files)
        return cls(path, read(path).name, files, files, stamps, stamps)

    def look(self, models: ModelSettings, *, now: float) -> bool:
        """Look at the files; return whether to load what lies there.

        A change is loaded when the next look finds it at rest, so that a file which is being
        written is not taken for one that is cut short.
        """
        seen = stamps_of(self.files)
        if seen != self.seen or self.trouble:
            self.files = self.loaded | files_of(self.path, models)
            seen = stamps_of(self.files)
        at_rest, self.seen = seen == self.seen, seen
        return at_rest and (seen != self.tried or (bool(self.trouble) and now > self.try_again_at))

    def begin(self, *, now: float) -> None:
        """Take note that what was seen is being loaded."""
        self.tried, self.try_again_at = self.seen, now + TRY_AGAIN_SECONDS
