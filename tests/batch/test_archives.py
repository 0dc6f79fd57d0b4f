from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from batch.input import Input
from batch.listing import Listing
from batch.opening import open_input
from ensembles.errors import BadImageError
from ensembles.reasons import Reason
from models.limits import Limits
from tests.batch.mischief import picture

LIMITS = Limits()


@pytest.fixture
def card(tmp_path: Path) -> Path:
    bright = picture(tmp_path / "a.png", 250)
    path = tmp_path / "card.zip"
    with ZipFile(path, "w") as archive:
        archive.write(bright, "DCIM/1.png")
        archive.write(bright, "DCIM/2.JPG")
        archive.writestr("DCIM/notes.txt", "by hand")
        archive.writestr("__MACOSX/._1.png", "a shadow")
    return path


def test_the_pictures_in_an_archive_are_inputs(card: Path, tmp_path: Path) -> None:
    listing = Listing()

    inputs = list(listing.of([str(card)]))

    assert [each.source for each in inputs] == [f"{card}/DCIM/1.png", f"{card}/DCIM/2.JPG"]
    assert inputs[0].member == "DCIM/1.png"
    assert listing.left_out == 1
    opened = open_input(inputs[0], LIMITS)
    assert opened.read() == (tmp_path / "a.png").read_bytes()


def test_a_member_whose_name_leads_out_is_an_input_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "card.zip"
    with ZipFile(path, "w") as archive:
        archive.write(picture(tmp_path / "a.png", 250), "../../up.png")

    (given,) = Listing().of([str(path)])

    assert open_input(given, LIMITS).read() == (tmp_path / "a.png").read_bytes()


def test_an_archive_that_is_none_is_one_failed_input(tmp_path: Path) -> None:
    path = tmp_path / "card.zip"
    path.write_text("no archive")

    (given,) = Listing().of([str(path)])

    with pytest.raises(BadImageError, match="cannot be read: File is not a zip file"):
        open_input(given, LIMITS).read()


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive, archive.open("a.png", "w") as file:
        for _ in range(20):
            file.write(bytes(2**20))

    (given,) = Listing().of([str(path)])

    with pytest.raises(BadImageError, match="unpack to 20971520") as refused:
        open_input(given, LIMITS).read()
    assert refused.value.reason is Reason.TOO_LARGE


def test_a_member_larger_than_any_picture_is_not_unpacked(card: Path) -> None:
    with pytest.raises(BadImageError) as refused:
        open_input(next(Listing().of([str(card)])), Limits(pixels=1)).read()

    assert refused.value.reason is Reason.TOO_LARGE


def test_a_damaged_member_is_unreadable(card: Path) -> None:
    data = bytearray(card.read_bytes())
    start = data.index(b"\x89PNG") + 20
    data[start : start + 8] = b"\0" * 8
    card.write_bytes(data)

    with pytest.raises(BadImageError, match="cannot be unpacked") as refused:
        open_input(next(Listing().of([str(card)])), LIMITS).read()
    assert refused.value.reason is Reason.UNREADABLE


def test_a_member_that_is_gone_is_unreadable(card: Path) -> None:
    with pytest.raises(BadImageError, match="no item named"):
        open_input(Input(f"{card}/x.png", kind="member", archive=str(card)), LIMITS).read()
