"""From files to rows of the manifest: reads, decodes, measures, and asks every voter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from curation.groups import GroupBy, group_of
from curation.manifest_schema import EMBEDDING, SCORE, MadeWith, schema_of
from curation.measures import measure
from ensembles.errors import BadImageError, ConfigError
from ensembles.reasons import Reason
from ensembles.voter import Floats, Voter
from ensembles.votes import Verdict
from models.ensemble import load_ensemble
from models.frames import Frame
from models.limits import Limits
from models.settings import ModelSettings
from monitoring.around import Watched, guard
from monitoring.embeddings import Embeddings

LARGEST_PIXEL_BYTES = 8
"""Four channels of 16 bits: a file larger than this per allowed pixel is no picture for us."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BLANK = np.zeros((64, 64, 3), dtype=np.uint8)
"""Shown to the voters to see which of them give embeddings, and how long these are."""

SHORTEST = 1e-12
"""Of an embedding: the mean over tiles that cancel out has no direction."""

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be a picture, as it was when it was listed.

    Args:
        source: Its path, as it was named.
        size_bytes: None when there is no such file.
        modified_us: Microseconds since 1970, UTC; None likewise.
    """

    source: str
    size_bytes: int | None = None
    modified_us: int | None = None

    @classmethod
    def at(cls, source: str) -> "File":
        """Return what the file system says of a path; never raises."""
        try:
            status = Path(source).stat()
        except OSError:
            return cls(source)
        return cls(source, status.st_size, status.st_mtime_ns // 1_000)


@dataclass(frozen=True, slots=True)
class Station:
    """What frames are looked at with; it can be sent to another process.

    Args:
        ensemble: The ensemble file.
        settings: Where weights live; its threads are this process's share of the machine.
        group: What makes a group.
        embedding_voter: Whose embeddings are kept; empty for the first that gives any.
    """

    ensemble: Path
    settings: ModelSettings
    group: GroupBy = GroupBy.FLIGHT
    embedding_voter: str = ""


class Looker:
    """Looks at frames with all voters of an ensemble.

    Raises:
        SkysiftError: The ensemble cannot be loaded, or has no such voter with embeddings.
    """

    def __init__(self, station: Station) -> None:
        self._heard: dict[str, Embeddings] = {}
        self._station = station
        self._ensemble = load_ensemble(station.ensemble, station.settings, around=self._around)
        self.made_with = self._probe()
        self.schema = schema_of(self.made_with)

    def look(self, files: Sequence[File]) -> pa.Table:
        """Return one row per file, in their order; what is wrong is in the row, never raised."""
        rows: list[Cells] = []
        frames: list[Frame] = []
        for file in files:
            cells, frame = self._open(file)
            rows.append(cells)
            frames += [] if frame is None else [frame]
        verdicts = iter(self._ensemble.gate.judge(frames, ask_all=True))
        vectors = self._vectors({frame.id for frame in frames})
        missing = np.full(self.made_with.dimension, np.nan, dtype=np.float32)
        for cells in rows:
            seen = cells["width_px"] is not None
            if seen:
                cells.update(self._cells_of(next(verdicts)))
            own = vectors.get(cells["id"]) if seen else None
            cells[EMBEDDING] = missing if own is None else own
            cells["embedding_voter"] = None if own is None else self.made_with.embedding_voter
        return _table(rows, self.schema)

    def _open(self, file: File) -> tuple[Cells, Frame | None]:
        limits = self._station.settings.limits
        cells: Cells = dict.fromkeys(self.schema.names) | _known_of(file, self._station.group)
        try:
            data = _bytes_of(Path(file.source), limits)
            cells["id"] = sha256(data).hexdigest()
            frame = Frame.decode(
                data,
                source=file.source,
                enough_px=self._ensemble.enough_px,
                enough_scale=self._ensemble.enough_scale,
                limits=limits,
            )
        except BadImageError as error:
            return cells | {"reason": error.reason, "detail": str(error)}, None
        return cells | _seen_of(frame, self._station.group), frame

    def _cells_of(self, verdict: Verdict) -> Cells:
        scores: dict[str, float | None] = {SCORE + vote.voter: vote.score for vote in verdict.votes}
        return {**scores, "reason": next(iter(verdict.reasons), None)}

    def _vectors(self, ids: set[str]) -> dict[str, Floats]:
        """Return the embeddings of the frames that were just judged, each with length 1."""
        heard = self._heard.get(self.made_with.embedding_voter)
        if heard is None:
            return {}
        given = {name: heard.pop(name) for name in ids}
        return {
            name: np.asarray(vector / max(float(np.linalg.norm(vector)), SHORTEST))
            for name, vector in given.items()
            if vector is not None
        }

    def _around(
        self, ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float
    ) -> Voter[Frame]:
        heard = self._heard.setdefault(name, Embeddings())
        return Watched(guard(ensemble, name, voter, timeout_seconds), heard, lambda _: True)

    def _probe(self) -> MadeWith:
        """Return what the manifest is made with, and keep only the embeddings that are wanted."""
        config = self._ensemble.config
        voters = tuple(voter.name for voter in config.voters)
        frame = Frame.of_pixels(BLANK)
        self._ensemble.gate.judge([frame], ask_all=True)
        given = {name: self._heard[name].pop(frame.id) for name in voters}
        lengths = {name: len(one) for name, one in given.items() if one is not None}
        wanted = self._station.embedding_voter
        if wanted and wanted not in lengths:
            raise ConfigError(
                f"voter {wanted!r} gives no embeddings; those that do: "
                f"{', '.join(lengths) or 'none'}"
            )
        chosen = wanted or next(iter(lengths), "")
        return MadeWith(config.name, self._ensemble.digest, voters, chosen, lengths.get(chosen, 0))


def unjudged_rows(
    files: Sequence[File], schema: pa.Schema, group: GroupBy, reason: Reason, detail: str
) -> pa.Table:
    """Return the rows of files that no process could answer for."""
    dimension = schema.field(EMBEDDING).type.list_size if EMBEDDING in schema.names else 0
    nothing: Cells = dict.fromkeys(schema.names)
    vector = np.full(dimension, np.nan, dtype=np.float32)
    said = {"reason": reason, "detail": detail, EMBEDDING: vector}
    return _table([nothing | _known_of(file, group) | said for file in files], schema)


def _bytes_of(path: Path, limits: Limits) -> bytes:
    most = limits.pixels * LARGEST_PIXEL_BYTES
    try:
        if (size := path.stat().st_size) > most:
            raise BadImageError(Reason.TOO_LARGE, f"the file has {size} bytes, more than {most}")
        return path.read_bytes()
    except OSError as error:
        raise BadImageError(Reason.UNREADABLE, error.strerror or str(error)) from error


def _known_of(file: File, group: GroupBy) -> Cells:
    """Return what is known of a file that was not opened."""
    moment = file.modified_us
    return {
        # A name that is no UTF-8 is told as well as it can be.
        "source": file.source.encode("utf-8", "backslashreplace").decode(),
        "size_bytes": file.size_bytes,
        "modified_at": None if moment is None else EPOCH + timedelta(microseconds=moment),
        "group": group_of(group, file.source),
    }


def _seen_of(frame: Frame, group: GroupBy) -> Cells:
    at, camera = frame.captured_at, frame.taken.camera
    found = measure(frame.pixels)
    return {
        "width_px": frame.width_px,
        "height_px": frame.height_px,
        "captured_at": None if at is None else at.isoformat(),
        "latitude": frame.latitude,
        "longitude": frame.longitude,
        "altitude_m": frame.altitude_m,
        "camera": camera,
        "group": group_of(group, frame.source, at, camera),
        **found.attributes,
        "highlights": found.highlights,
        "blown_share": found.blown_share,
        "blur": found.blur,
        "entropy_bits": found.entropy_bits,
        "perceptual_hash": found.perceptual_hash,
    }


def _table(rows: Sequence[Cells], schema: pa.Schema) -> pa.Table:
    columns = [pa.array([cells[field.name] for cells in rows], type=field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)
