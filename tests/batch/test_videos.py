"""Videos made here: each frame's brightness says which one it is."""

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from batch.input import Input
from batch.listing import Every, Listing
from batch.opening import open_input
from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models.limits import Limits
from models.pixels import Pixels

av = pytest.importorskip("av", reason="needs the extra video")

FRAMES = 60
RATE = 25
STEP = 4
"""Brightness from one frame to the next."""


def video(path: Path, *, frames: int = FRAMES, options: dict[str, str] | None = None) -> Path:
    with av.open(str(path), "w", options=options or {}) as container:
        container.metadata["creation_time"] = "2026-05-14T09:00:00Z"
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.gop_size = 12
        stream.time_base = Fraction(1, RATE)
        for number in range(frames):
            pixels = np.full((48, 64, 3), STEP * number, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def inputs_of(path: Path, every: Every) -> list[Input]:
    return list(Listing(every).of([str(path)]))


def pixels_of(given: Input) -> Pixels:
    opened = open_input(given, Limits())
    assert opened.pixels is not None
    return opened.pixels


def in_one_go(path: Path) -> list[Pixels]:
    """Every frame of a video in the order of display: what no seek can get wrong."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def is_frame(given: Input, frames: list[Pixels]) -> bool:
    """Whether an input shows the frame it says, as decoded and, to one frame, as drawn."""
    pixels = pixels_of(given)
    drawn = float(pixels.mean()) / STEP
    return np.array_equal(pixels, frames[given.frame_index]) and abs(drawn - given.frame_index) <= 1


def test_every_nth_frame_is_the_one_that_is_shown_then(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4")
    inputs, frames = inputs_of(path, Every(seconds=None, frames=7)), in_one_go(path)

    assert [each.frame_index for each in inputs] == list(range(0, FRAMES, 7))
    for given in inputs:
        assert given.seconds == pytest.approx(given.frame_index / RATE)
        assert is_frame(given, frames)


def test_one_frame_a_second_is_right_to_one_frame(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4")
    inputs, frames = inputs_of(path, Every(seconds=1.0)), in_one_go(path)

    assert [each.frame_index for each in inputs] == [0, 25, 50]
    assert all(is_frame(each, frames) for each in inputs)


def test_frames_out_of_order_are_found_too(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4")
    inputs, frames = inputs_of(path, Every(seconds=None, frames=10)), in_one_go(path)

    assert all(is_frame(given, frames) for given in reversed(inputs))


@pytest.mark.parametrize(
    ("matrix", "quarters"),
    [((0, 1, -1, 0), -1), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)],
)
def test_frames_that_are_stored_turned_are_shown_upright(
    tmp_path: Path, matrix: tuple[int, ...], quarters: int
) -> None:
    """`matrix` is that of the track header: turned by so many quarters counter-clockwise."""
    path = video(tmp_path / "v.mp4")
    (plain, *_) = in_one_go(path)
    data = bytearray(path.read_bytes())
    a, b, c, d = (number << 16 for number in matrix)
    place = data.index(b"tkhd") + 44
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)

    (first, *_) = inputs_of(path, Every())

    np.testing.assert_array_equal(pixels_of(first), np.rot90(plain, quarters))


def test_a_frame_knows_when_it_was_shot(tmp_path: Path) -> None:
    *_, last = inputs_of(video(tmp_path / "v.mp4"), Every(seconds=1.0))

    at = open_input(last, Limits()).taken.at

    assert at is not None
    assert at.isoformat() == "2026-05-14T09:00:02+00:00"


def test_a_truncated_video_ends_as_rows_and_a_reason(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mp4", options={"movflags": "faststart"})
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])

    *inputs, last = inputs_of(cut, Every(seconds=None, frames=1))

    assert 10 < len(inputs) < FRAMES
    frames = in_one_go(whole)
    assert all(is_frame(each, frames) for each in inputs[:10])
    with pytest.raises(BadImageError, match=f"of {FRAMES}") as refused:
        open_input(last, Limits()).read()
    assert refused.value.reason is Reason.TRUNCATED


def test_a_video_without_its_index_is_one_failed_input(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mp4")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    (given,) = inputs_of(cut, Every())

    with pytest.raises(BadImageError, match="cannot be opened"):
        open_input(given, Limits()).read()


def test_a_video_that_went_since_it_was_listed_fails_frame_by_frame(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4")
    first, *_ = inputs_of(path, Every())
    path.unlink()

    with pytest.raises(BadImageError, match="cannot be decoded"):
        open_input(first, Limits()).read()


def test_frames_larger_than_the_limits_are_not_decoded(tmp_path: Path) -> None:
    first, *_ = inputs_of(video(tmp_path / "v.mp4"), Every())

    with pytest.raises(BadImageError) as refused:
        open_input(first, Limits(pixels=1000)).read()
    assert refused.value.reason is Reason.TOO_LARGE
