from pathlib import Path

import pytest

from batch.input import Input
from batch.listing import Listing
from batch.opening import open_input
from ensembles.errors import BadImageError, SkysiftError
from models.limits import Limits
from tests.batch.mischief import picture

fsspec = pytest.importorskip("fsspec", reason="needs the extra remote")


@pytest.fixture
def bucket() -> str:
    """A bucket in memory: fsspec treats it like any other."""
    store = fsspec.filesystem("memory")
    for name in ("flight/a.jpg", "flight/deep/b.png", "flight/notes.txt", "other/c.jpg"):
        store.pipe(f"/bucket/{name}", name.encode())
    return "memory://bucket"


def test_a_folder_behind_a_url_is_listed_to_the_bottom(bucket: str) -> None:
    listing = Listing()

    inputs = list(listing.of([f"{bucket}/flight"]))

    assert [each.source for each in inputs] == [
        "memory:///bucket/flight/a.jpg",
        "memory:///bucket/flight/deep/b.png",
    ]
    assert listing.left_out == 1
    assert open_input(inputs[1], Limits()).read() == b"flight/deep/b.png"


def test_a_pattern_behind_a_url_is_every_file_that_fits(bucket: str) -> None:
    inputs = Listing().of([f"{bucket}/*/*.jpg"])

    assert [each.source[-12:] for each in inputs] == ["flight/a.jpg", "/other/c.jpg"]


def test_a_file_url_reads_a_file(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", 9)

    (given,) = Listing().of([path.as_uri()])

    assert open_input(given, Limits()).read() == path.read_bytes()


def test_what_is_not_there_is_an_input_that_fails(bucket: str) -> None:
    (given,) = Listing().of([f"{bucket}/gone.jpg"])

    with pytest.raises(BadImageError, match="cannot be fetched"):
        open_input(given, Limits()).read()


def test_a_store_that_nobody_knows_is_told() -> None:
    with pytest.raises(SkysiftError, match="Protocol not known: nowhere"):
        list(Listing().of(["nowhere://bucket/a.jpg"]))


def test_a_file_too_large_to_be_a_picture_is_not_fetched(bucket: str) -> None:
    given = Input(f"{bucket}/flight/a.jpg", kind="url")

    with pytest.raises(BadImageError, match="the file has 12 bytes"):
        open_input(given, Limits(pixels=1)).read()
