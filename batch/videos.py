"""Videos by PyAV: which frames there are, and their pixels, with their times.

The extra `video` brings PyAV, whose wheel bundles FFmpeg; docs/batch.md says under which licence.
Which frames a video has is asked of its packets, which costs no decoding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from batch.archives import refused
from batch.input import Input
from batch.listing import Every, Listing
from batch.opening import Opened, unreadable
from ensembles.errors import SkysiftError
from ensembles.reasons import Reason
from models.exif import UNKNOWN, Taken
from models.limits import Limits
from models.pixels import Pixels


def list_video(name: str, listing: Listing) -> Iterator[Input]:
    """Yield the chosen frames of a video in the order they are shown.

    One that ends too early gets a last, failed input that says so; one that cannot be opened is
    one failed input.

    Raises:
        SkysiftError: PyAV is not installed.
    """
    av = pyav(name)
    try:
        with av.open(name) as container:
            stream = container.streams.video[0]
            base, promised = stream.time_base, stream.frames
            times, damage = _presented(container, stream, av)
    except (av.FFmpegError, OSError, IndexError) as error:
        yield refused(name, f"the video cannot be opened: {error}")
        return
    for number, pts in _chosen(times, base, listing.every):
        seconds = float((pts - times[0]) * base)
        yield Input(name, number, "moment", seconds=seconds, pts=pts)
    if damage or promised > len(times):
        yield Input(
            name,
            len(times),
            "refused",
            reason=Reason.TRUNCATED,
            detail=f"the video ends after {len(times)} frames"
            + (f" of {promised}" if promised else "")
            + (f": {damage}" if damage else ""),
        )


def _presented(container: Any, stream: Any, av: ModuleType) -> tuple[list[int], str]:  # noqa: ANN401
    """Return when frames are shown, in clock ticks and in order, and what cut them short."""
    times: list[int] = []
    try:
        for packet in container.demux(stream):
            if packet.pts is not None and packet.size:
                times.append(packet.pts)  # noqa: PERF401 - what came before an error counts
    except (av.FFmpegError, OSError) as error:
        return sorted(times), str(error)
    return sorted(times), ""


def _chosen(times: list[int], base: Fraction, every: Every) -> Iterator[tuple[int, int]]:
    """Yield number and time of one frame in so many, or of the first at or after each moment."""
    if every.seconds is None:
        yield from list(enumerate(times))[:: every.frames]
        return
    step = Fraction(every.seconds).limit_denominator(1_000_000) / base
    moment = Fraction(times[0]) if times else Fraction(0)
    for number, pts in enumerate(times):
        if pts >= moment:
            yield number, pts
            moment += step * max(1, (pts - moment) // step + 1)


def open_moment(from_input: Input, limits: Limits) -> Opened:
    """Return one frame of a video; frames asked for in order are decoded in one go."""
    av = pyav(from_input.source)
    try:
        reader = _reader_of(from_input.source, av)
        width, height = reader.stream.width, reader.stream.height
        limits.check((width, height), pixel_bytes=3, file_bytes=width * height * 3)
        pixels = reader.at(from_input.pts)
    except (av.FFmpegError, OSError) as error:
        _forget()
        return unreadable(from_input, Reason.UNREADABLE, f"the frame cannot be decoded: {error}")
    if pixels is None:
        return unreadable(from_input, Reason.TRUNCATED, "the video has no frame at this time")
    return Opened(from_input, bytes, pixels, reader.taken(from_input.seconds or 0.0))


@dataclass(slots=True)
class _Reader:
    """One open video, and how far it is decoded."""

    name: str
    container: Any
    stream: Any
    frames: Iterator[Any]
    reached: int | None = None

    def at(self, pts: int) -> Pixels | None:
        """Return the pixels shown at a time; None when the video ends before it."""
        if self.reached is None or pts <= self.reached:
            self._seek(pts)
        for frame in self.frames:
            self.reached = frame.pts
            if frame.pts == pts:
                return upright(frame)
            if frame.pts > pts:
                break
        return None

    def _seek(self, pts: int) -> None:
        self.container.seek(pts, stream=self.stream, backward=True)
        self.frames = self.container.decode(self.stream)

    def taken(self, seconds: float) -> Taken:
        """Return when it was shot, where the container says when it began, in UTC."""
        began = self.container.metadata.get("creation_time", "")
        try:
            moment = datetime.fromisoformat(began)
        except ValueError:
            return UNKNOWN
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return Taken(at=aware.astimezone(UTC) + timedelta(seconds=seconds))


def upright(frame: Any) -> Pixels:  # noqa: ANN401 - PyAV's frame
    """Return a frame as it is shown: phones store them turned, with the angle beside them."""
    pixels: Pixels = frame.to_ndarray(format="rgb24")
    quarters = round(frame.rotation / 90)  # counter-clockwise, as `rot90` counts them
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels


_open: list[_Reader] = []
"""The video that was asked for last: frames come in runs, and opening costs a seek."""


def _reader_of(name: str, av: ModuleType) -> _Reader:
    if not _open or _open[0].name != name:
        _forget()
        container = av.open(name)
        stream = container.streams.video[0]
        stream.thread_type = "NONE"  # the workers share the cores already
        _open.append(_Reader(name, container, stream, iter(())))
    return _open[0]


def _forget() -> None:
    while _open:
        _open.pop().container.close()


def pyav(name: str) -> ModuleType:
    """Return PyAV; raises `SkysiftError` where it is not installed."""
    try:
        return import_module("av")
    except ModuleNotFoundError:
        raise SkysiftError(f"{name}: videos need PyAV: pip install 'skysift[video]'") from None
