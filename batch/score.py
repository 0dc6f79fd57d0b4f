"""From paths to rows: one row per path, in their order, with only a few pictures in memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from batch.row import Picture, Row, Stamp
from batch.version import installed_version
from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from ensembles.votes import Verdict
from models.catalog import Ensemble
from models.frames import Frame
from models.limits import Limits

CHUNK = 8
"""Frames judged at once: on a CPU larger batches buy nothing, on a GPU they would. With tiles it is
one: a frame is then decoded large, and has tiles enough to fill a batch."""

LARGEST_PIXEL_BYTES = 8
"""Four channels of 16 bits: a file larger than this per allowed pixel is no picture for us."""

ItemT = TypeVar("ItemT")
DoneT = TypeVar("DoneT")


@dataclass(frozen=True, slots=True)
class Seen:
    """A path after decoding: a frame, or the reason there is none.

    Args:
        picture: What is known of it.
        seconds: What reading and decoding took.
        frame: None when it could not be read.
        reason: Why there is no frame.
        detail: The same in words.
    """

    picture: Picture
    seconds: float
    frame: Frame | None = None
    reason: Reason = Reason.UNREADABLE
    detail: str = ""


def score(
    paths: Iterable[Path],
    ensemble: Ensemble,
    *,
    limits: Limits,
    decoders: int = 1,
    ask_all: bool = False,
) -> Iterator[Row]:
    """Yield one row per path, in their order; a path that cannot be read is a `review` row.

    Args:
        paths: Files, of any number: few of them are held at a time.
        ensemble: Whose gate decides.
        limits: What one picture may cost.
        decoders: Threads that decode while the gate judges.
        ask_all: Ask every voter about every picture.
    """
    stamp = stamp_of(ensemble)
    chunk_size = 1 if ensemble.config.tiles else CHUNK
    look = partial(
        look_at,
        enough_px=ensemble.enough_px,
        enough_scale=ensemble.enough_scale,
        limits=limits,
    )
    with ThreadPoolExecutor(decoders, thread_name_prefix="decode") as pool:
        seen = _ahead(pool, look, iter(paths), depth=2 * chunk_size)
        while chunk := tuple(islice(seen, chunk_size)):
            yield from _judged(chunk, ensemble, stamp, ask_all=ask_all)


def stamp_of(ensemble: Ensemble) -> Stamp:
    """Return what all rows of this ensemble share."""
    return Stamp(
        ensemble=ensemble.config.name,
        digest=ensemble.digest,
        voters=tuple(voter.name for voter in ensemble.config.voters),
        skysift_version=installed_version(),
        certificate_id=ensemble.standing.promise_id,
    )


def look_at(
    path: Path, *, enough_px: int | None, enough_scale: float = 0.0, limits: Limits
) -> Seen:
    """Read and decode one file; what is wrong with it is in the answer, never raised."""
    started = perf_counter()

    def failed(reason: Reason, detail: str, data: bytes | None = None) -> Seen:
        picture = Picture(str(path), id=None if data is None else sha256(data).hexdigest())
        return Seen(picture, perf_counter() - started, reason=reason, detail=detail)

    try:
        data = _read(path, limits)
    except BadImageError as error:
        return failed(error.reason, str(error))
    except OSError as error:
        return failed(Reason.UNREADABLE, error.strerror or str(error))
    try:
        frame = Frame.decode(
            data,
            source=str(path),
            enough_px=enough_px,
            enough_scale=enough_scale,
            limits=limits,
        )
    except BadImageError as error:
        return failed(error.reason, str(error), data)
    return Seen(picture_of(frame), perf_counter() - started, frame)


def picture_of(frame: Frame) -> Picture:
    """Return where the frame came from, without its pixels."""
    return Picture(
        source=frame.source,
        id=frame.id,
        captured_at=frame.captured_at,
        latitude=frame.latitude,
        longitude=frame.longitude,
        altitude_m=frame.altitude_m,
        width_px=frame.width_px,
        height_px=frame.height_px,
    )


def _read(path: Path, limits: Limits) -> bytes:
    most = limits.pixels * LARGEST_PIXEL_BYTES
    if (size := path.stat().st_size) > most:
        raise BadImageError(
            Reason.TOO_LARGE, f"the file has {size} bytes; {limits.pixels} pixels need {most}"
        )
    return path.read_bytes()


def _judged(
    chunk: Sequence[Seen], ensemble: Ensemble, stamp: Stamp, *, ask_all: bool
) -> Iterator[Row]:
    started = perf_counter()
    frames = [seen.frame for seen in chunk if seen.frame is not None]
    verdicts = iter(ensemble.gate.judge(frames, ask_all=ask_all))
    judging = perf_counter() - started
    now = datetime.now(UTC)
    for seen in chunk:
        if seen.frame is None:
            verdict, seconds = Verdict.unjudged(seen.reason), seen.seconds
        else:
            verdict, seconds = next(verdicts), seen.seconds + judging
        yield Row(seen.picture, verdict, stamp, now, seconds, seen.detail)


def _ahead(
    pool: Executor, work: Callable[[ItemT], DoneT], items: Iterator[ItemT], *, depth: int
) -> Generator[DoneT]:
    """Yield `work(item)` in order while the pool is up to `depth` items ahead."""
    waiting = deque(pool.submit(work, item) for item in islice(items, depth))
    try:
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(work, item) for item in islice(items, 1))
    finally:
        for future in waiting:
            future.cancel()
