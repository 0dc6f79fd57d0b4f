"""From inputs to rows: one row each, in their order, with only a few pictures in memory."""

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

from batch.input import Input
from batch.opening import Opened, open_input
from batch.row import Picture, Row, Stamp
from batch.version import installed_version
from ensembles.config import EnsembleConfig
from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from ensembles.standing import Standing
from ensembles.votes import Verdict
from models.ensemble import Ensemble
from models.frames import Frame
from models.limits import Limits

CHUNK = 8
"""Frames judged at once: on a CPU larger batches buy nothing, on a GPU they would. With tiles it is
one: a frame is then decoded large, and has tiles enough to fill a batch."""

AHEAD = 2
"""Chunks that are decoded, or wait for it, while one is judged."""

Tap = Callable[[Frame, Verdict], None]
"""Is told of every frame that was judged, while its pixels are there."""

ItemT = TypeVar("ItemT")
DoneT = TypeVar("DoneT")


def _tells_nobody(frame: Frame, verdict: Verdict) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An input after decoding: a frame, or the reason there is none.

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
    tap: Tap = _tells_nobody,
) -> Iterator[Row]:
    """Yield one row per path, in their order; see `score_inputs`."""
    inputs = map(Input.of_path, paths)
    return score_inputs(
        inputs, ensemble, limits=limits, decoders=decoders, ask_all=ask_all, tap=tap
    )


def score_inputs(
    inputs: Iterable[Input],
    ensemble: Ensemble,
    *,
    limits: Limits,
    decoders: int = 1,
    ask_all: bool = False,
    tap: Tap = _tells_nobody,
) -> Iterator[Row]:
    """Yield one row per input, in their order; one that cannot be read is a `review` row.

    Args:
        inputs: Of any number: at most `reach` of them are held at a time.
        ensemble: Whose gate decides.
        limits: What one picture may cost.
        decoders: Threads that decode while the gate judges.
        ask_all: Ask every voter about every picture.
        tap: Is told of every judged frame.
    """
    stamp = stamp_of(ensemble)
    look = partial(
        _look,
        enough_px=ensemble.enough_px,
        enough_scale=ensemble.enough_scale,
        limits=limits,
    )
    opened = (open_input(each, limits) for each in inputs)
    with ThreadPoolExecutor(decoders, thread_name_prefix="decode") as pool:
        seen = _ahead(pool, look, opened, depth=AHEAD * chunk_of(ensemble))
        while chunk := tuple(islice(seen, chunk_of(ensemble))):
            yield from _judged(chunk, ensemble, stamp, ask_all=ask_all, tap=tap)


def chunk_of(ensemble: Ensemble) -> int:
    """Return how many frames are judged at once."""
    return 1 if ensemble.config.tiles else CHUNK


def reach(ensemble: Ensemble) -> int:
    """Return how many inputs are taken before the rows of the first chunk are given."""
    return (AHEAD + 1) * chunk_of(ensemble)


def stamp_of(ensemble: Ensemble) -> Stamp:
    """Return what all rows of this ensemble share."""
    return stamp_for(ensemble.config, ensemble.digest, ensemble.standing)


def stamp_for(config: EnsembleConfig, digest: str, standing: Standing) -> Stamp:
    """Return the same for an ensemble whose voters are loaded elsewhere."""
    return Stamp(
        ensemble=config.name,
        digest=digest,
        voters=tuple(voter.name for voter in config.voters),
        skysift_version=installed_version(),
        certificate_id=standing.promise_id,
    )


def look_at(
    path: Path, *, enough_px: int | None, enough_scale: float = 0.0, limits: Limits
) -> Seen:
    """Read and decode one file; what is wrong with it is in the answer, never raised."""
    opened = open_input(Input.of_path(path), limits)
    return _look(opened, enough_px=enough_px, enough_scale=enough_scale, limits=limits)


def _look(opened: Opened, *, enough_px: int | None, enough_scale: float, limits: Limits) -> Seen:
    started = perf_counter()
    source = opened.input.source
    data: bytes | None = None
    try:
        if opened.pixels is not None:
            frame = Frame.of_pixels(opened.pixels, source=source, taken=opened.taken)
        else:
            data = opened.read()
            frame = Frame.decode(
                data,
                source=source,
                enough_px=enough_px,
                enough_scale=enough_scale,
                limits=limits,
            )
    except BadImageError as error:
        picture = _nameless(opened.input, data)
        return Seen(picture, perf_counter() - started, reason=error.reason, detail=str(error))
    return Seen(picture_of(frame, opened.input), perf_counter() - started, frame)


def _nameless(from_input: Input, data: bytes | None) -> Picture:
    """Return what is known of an input without a frame."""
    return Picture(
        from_input.source,
        id=None if data is None else sha256(data).hexdigest(),
        frame_index=from_input.frame_index,
        video_seconds=from_input.seconds,
    )


def failed_row(
    from_input: Input, reason: Reason, detail: str, stamp: Stamp, *, seconds: float = 0.0
) -> Row:
    """Return the row of an input that no worker could answer for."""
    verdict = Verdict.unjudged(reason)
    return Row(_nameless(from_input, None), verdict, stamp, datetime.now(UTC), seconds, detail)


def picture_of(frame: Frame, from_input: Input) -> Picture:
    """Return where the frame came from, without its pixels."""
    return Picture(
        source=frame.source,
        id=frame.id,
        frame_index=from_input.frame_index,
        video_seconds=from_input.seconds,
        taken=frame.taken,
        width_px=frame.width_px,
        height_px=frame.height_px,
    )


def _judged(
    chunk: Sequence[Seen], ensemble: Ensemble, stamp: Stamp, *, ask_all: bool, tap: Tap
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
            tap(seen.frame, verdict)
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
