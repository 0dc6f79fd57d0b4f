"""One thing to be judged by a job: named, never opened."""

import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal, Self

from ensembles.reasons import Reason

Kind = Literal["file", "member", "url", "moment", "refused"]


@dataclass(frozen=True, slots=True)
class Input:
    """What becomes exactly one row.

    Args:
        source: As its row calls it: a path, a URL, or a path that goes on inside an archive.
        frame_index: Which frame of a video, from 0 in the order of display; 0 for a picture.
        kind: How it is opened (`batch.opening`); `refused` is known to be unreadable already.
        archive: Of a `member`: the path of the archive, which `source` starts with.
        seconds: Of a `moment`: when it is shown, from the start of the video.
        pts: Of a `moment`: the same in the clock ticks of the video's stream.
        reason: Of a `refused`: why.
        detail: The same in words.
    """

    source: str
    frame_index: int = 0
    kind: Kind = "file"
    archive: str = ""
    seconds: float | None = None
    pts: int = 0
    reason: Reason = Reason.UNREADABLE
    detail: str = ""

    @property
    def member(self) -> str:
        """The name inside the archive."""
        return self.source[len(self.archive) + 1 :]

    def to_text(self) -> str:
        """Return it as ASCII, whatever bytes a file name holds; `of_text` is the way back."""
        return json.dumps(astuple(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return what `to_text` wrote."""
        source, frame_index, kind, archive, seconds, pts, reason, detail = json.loads(text)
        return cls(source, frame_index, kind, archive, seconds, pts, Reason(reason), detail)

    @classmethod
    def of_path(cls, path: Path) -> Self:
        """Return a file as an input."""
        return cls(str(path))
