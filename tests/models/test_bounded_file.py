"""A header keeps no reader busy, and neither do scans."""

import pytest

from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models import bounded_file, jpeg_scans
from models.bounded_file import BoundedFile
from models.frames import Frame
from tests.models.pictures import encoded, noise

JPEG = encoded(noise(24, 32), "JPEG")
PROGRESSIVE = encoded(noise(24, 32), "JPEG", progressive=True)
EMPTY_SEGMENT = b"\xff\xe5\0\x02"
EXIF_SEGMENT = b"\xff\xe1\x03\xeaExif\0\0" + bytes(994)


def test_so_many_pieces_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "MOST_READS", 3)
    file = BoundedFile(b"abcdef")

    assert [file.read(1), file.read(1), file.read()] == [b"a", b"b", b"cdef"]
    for _ in range(2):
        with pytest.raises(OSError, match="more than 3 parts"):
            file.read(1)


def test_a_header_has_so_many_bytes_and_pixels_as_many_as_they_like(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded_file, "MOST_HEADER_BYTES", 4)
    short, long = BoundedFile(b"abcdef"), BoundedFile(b"abcdef")

    short.end_header()

    assert short.read(6) == b"abcdef"
    with pytest.raises(OSError, match="its header has more than"):
        long.read(6)


def test_a_jpeg_of_too_many_segments_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "MOST_READS", 1000)

    with pytest.raises(BadImageError, match="more than 1000 parts") as refused:
        Frame.decode(JPEG[:2] + EMPTY_SEGMENT * 1000 + JPEG[2:])

    assert refused.value.reason == Reason.UNREADABLE


def test_a_jpeg_of_endless_exif_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "MOST_HEADER_BYTES", 100_000)

    assert Frame.decode(JPEG[:2] + EXIF_SEGMENT * 50 + JPEG[2:]).pixels.shape == (24, 32, 3)
    with pytest.raises(BadImageError, match="its header has more than"):
        Frame.decode(JPEG[:2] + EXIF_SEGMENT * 200 + JPEG[2:])


def test_scans_without_end_are_too_large() -> None:
    last_scan = PROGRESSIVE[PROGRESSIVE.rindex(jpeg_scans.START_OF_SCAN) : -2]

    with pytest.raises(BadImageError, match="the limit is 100 scans") as refused:
        Frame.decode(PROGRESSIVE[:-2] + last_scan * 100 + PROGRESSIVE[-2:])

    assert Frame.decode(PROGRESSIVE).doubts == ()
    assert refused.value.reason == Reason.TOO_LARGE


def test_a_large_picture_may_have_fewer_scans_than_a_small_one() -> None:
    data = jpeg_scans.START_OF_SCAN * 21

    jpeg_scans.refuse_many_scans(data, (10_000, 10_000))
    with pytest.raises(BadImageError, match="the limit is 20 scans"):
        jpeg_scans.refuse_many_scans(data, (12_000, 10_000))
