import pytest

from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models.limits import Limits


def refusal(limits: Limits, size: tuple[int, int], file_bytes: int = 10**9) -> str:
    with pytest.raises(BadImageError) as caught:
        limits.check(size, pixel_bytes=3, file_bytes=file_bytes)
    assert caught.value.reason == Reason.TOO_LARGE
    return str(caught.value)


def test_a_drone_picture_passes() -> None:
    Limits().check((8000, 6000), pixel_bytes=3, file_bytes=12_000_000)


def test_too_many_pixels_are_refused_with_their_number() -> None:
    assert "14000 x 10000 = 140.0 MP: the limit is 120 MP" in refusal(Limits(), (14_000, 10_000))


def test_a_side_that_is_too_long_is_refused() -> None:
    assert "32768 pixels at most" in refusal(Limits(), (40_000, 10))


def test_a_bomb_is_refused_by_how_much_it_unpacks() -> None:
    assert "unpacks 1062 times" in refusal(Limits(), (10_000, 8_850), file_bytes=250_000)


def test_a_small_flat_picture_is_no_bomb() -> None:
    Limits().check((2000, 2000), pixel_bytes=3, file_bytes=12_000)
