"""What workers saw, as files that each appends to by itself and one of them reads.

A record is one frame: its state, and what thinning needs to know of it. Records carry the epoch
of their worker and a sequence number, so that none is counted twice, and a checksum, so that the
last one of a worker that was killed half-way is passed over.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from monitoring.pane_state import State
from monitoring.panes import Arrival

SUFFIX = ".delta"
MOST_BYTES = 8_000_000
"""From which a worker goes on in a new file, so that the old one can be dropped when read."""

CHECKED = -4
"""Where in a record its checksum begins."""


def record_type(width: int) -> np.dtype[np.void]:
    """Return the layout of a record of states of this width."""
    return np.dtype(
        [
            ("sequence", "<u8"),
            ("rank", "<u8"),
            ("flight", "<u8"),
            ("seconds", "<f8"),
            ("row", "<i8", (width,)),
            ("checksum", "<u4"),
        ]
    )


class DeltaWriter:
    """Appends the frames that one worker saw.

    Args:
        folder: Shared by all workers.
        width: Numbers of a state.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._folder = folder
        self._type = record_type(width)
        self._epoch = time.time_ns()
        self._sequence = 0
        self._part = 0

    @property
    def path(self) -> Path:
        """The file that is written now."""
        return self._folder / f"{self._epoch}-{os.getpid()}-{self._part:06d}{SUFFIX}"

    def append(self, arrival: Arrival) -> None:
        """Write one frame; raises `OSError` when the disk does not take it."""
        record = np.zeros(1, dtype=self._type)
        record["sequence"], record["rank"] = self._sequence, arrival.rank
        record["flight"], record["seconds"] = int(arrival.flight, 16), arrival.seconds
        record["row"] = arrival.row
        record["checksum"] = crc32(record.tobytes()[:CHECKED])
        with self.path.open("ab", buffering=0) as file:
            file.write(record.tobytes())
            size = file.tell()
        self._sequence += 1
        self._part += size >= MOST_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One frame of one worker, in the order of all."""

    epoch: str
    sequence: int
    arrival: Arrival

    @property
    def place(self) -> tuple[float, str, int]:
        """Where it stands among the frames of all workers."""
        return self.arrival.seconds, self.epoch, self.sequence


class DeltaReader:
    """Reads on where it stopped, in the files of all workers.

    Args:
        folder: Shared by all workers.
        width: Numbers of a state.
        read: Bytes read so far, by name of file.
    """

    def __init__(self, folder: Path, width: int, read: dict[str, int] | None = None) -> None:
        self._folder = folder
        self._type = record_type(width)
        self.read = dict(read or {})

    def take(self, *, before: float) -> list[Record]:
        """Return the records that are older than this, in the order they were seen.

        Younger ones wait, so that a worker that writes a little later is not overtaken.
        """
        found = [record for path in self._files() for record in self._records(path, before)]
        return sorted(found, key=lambda record: record.place)

    def drop_finished(self) -> None:
        """Remove files that are read to their end and that nobody writes to any more."""
        files = self._files()
        for path in files:
            done = self.read.get(path.name, 0) >= path.stat().st_size
            if done and (_continued(path, files) or not _runs(_process_of(path))):
                path.unlink()
                self.read.pop(path.name, None)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}"))

    def _records(self, path: Path, before: float) -> Iterator[Record]:
        size = self._type.itemsize
        start = self.read.get(path.name, 0)
        with path.open("rb") as file:
            file.seek(start)
            data = file.read()
        for record in np.frombuffer(data[: len(data) // size * size], dtype=self._type):
            if record["seconds"] >= before:
                break
            self.read[path.name] = self.read.get(path.name, 0) + size
            if int(record["checksum"]) == crc32(record.tobytes()[:CHECKED]):
                yield Record(path.name.split("-")[0], int(record["sequence"]), _arrival(record))


def _arrival(record: np.void) -> Arrival:
    row: State = np.array(record["row"], dtype=np.int64)
    return Arrival(
        int(record["rank"]), f"{int(record['flight']):016x}", float(record["seconds"]), row
    )


def _continued(path: Path, files: list[Path]) -> bool:
    """Say whether its worker goes on in a later file."""
    worker = path.name.rpartition("-")[0]
    return any(other.name > path.name and other.name.startswith(worker) for other in files)


def _process_of(path: Path) -> int:
    return int(path.name.split("-")[1])


def _runs(process: int) -> bool:
    return Path("/proc", str(process)).exists() or process == os.getpid()
