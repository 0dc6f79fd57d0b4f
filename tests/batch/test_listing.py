import os
from pathlib import Path

import pytest

from batch.csv_table import ROWS_AT_ONCE
from batch.input import Input
from batch.job import Part
from batch.listing import Listing
from batch.tables import write_table
from ensembles.errors import ConfigError, SkysiftError
from tests.batch.mischief import picture


def listed(*named: object) -> list[str]:
    return [each.source for each in Listing().of([str(name) for name in named])]


def test_a_folder_is_listed_to_the_bottom_in_the_order_of_its_paths(tmp_path: Path) -> None:
    for name in ("b.JPG", "a/z.png", "a/y.png", ".hidden/x.png", "a/.x.png"):
        picture(tmp_path / name, 0)

    assert listed(tmp_path) == [str(tmp_path / name) for name in ("a/y.png", "a/z.png", "b.JPG")]


def test_what_a_folder_leaves_out_is_remembered(tmp_path: Path) -> None:
    for name in ("a.png", "b.mp4", "c.txt", "d.srt", "e.srt"):
        (tmp_path / name).touch()
    listing = Listing()

    inputs = list(listing.of([str(tmp_path)]))

    assert len(inputs) == 1
    assert listing.left_out == 4
    assert listing.shown == [str(tmp_path / name) for name in ("b.mp4", "c.txt", "d.srt")]


def test_a_link_to_a_folder_above_does_not_go_round_for_ever(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", 0)
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)

    assert listed(tmp_path) == [str(tmp_path / "a.png")]


def test_a_link_to_a_folder_is_told_and_one_to_nothing_is_an_input(tmp_path: Path) -> None:
    picture(tmp_path / "card" / "a.png", 0)
    picture(tmp_path / "elsewhere" / "b.png", 0)
    (tmp_path / "card" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "card" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "card" / "round.png").symlink_to("round.png")
    (tmp_path / "card" / "same.png").symlink_to(tmp_path / "elsewhere" / "b.png")
    os.mkfifo(tmp_path / "card" / "pipe.png")
    listing = Listing()

    inputs = list(listing.of([str(tmp_path / "card")]))

    assert [Path(each.source).name for each in inputs] == [
        "a.png",
        "gone.png",
        "round.png",
        "same.png",
    ]
    assert {Path(name).name for name in listing.shown} == {"more", "pipe.png"}


def test_a_folder_that_cannot_be_listed_is_told_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "locked").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)

    with pytest.raises(SkysiftError, match="locked: cannot be listed: Permission denied"):
        listed(tmp_path / "locked")


def test_a_pattern_is_every_file_that_fits(tmp_path: Path) -> None:
    for name in ("one/a.png", "two/b.png", "two/deep/c.png"):
        picture(tmp_path / name, 0)

    assert listed(tmp_path / "**" / "*.png") == [
        str(tmp_path / name) for name in ("one/a.png", "two/b.png", "two/deep/c.png")
    ]


def test_a_pattern_that_fits_nothing_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file fits"):
        listed(tmp_path / "*.png")


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    odd = picture(tmp_path / "a[1].png", 0)

    assert listed(odd) == [str(odd)]


def test_what_does_not_exist_is_an_input_too(tmp_path: Path) -> None:
    assert listed(tmp_path / "gone.png") == [str(tmp_path / "gone.png")]


def test_a_list_names_inputs_from_its_own_folder(tmp_path: Path) -> None:
    picture(tmp_path / "flight" / "a.png", 0)
    names = tmp_path / "list.txt"
    names.write_text("# the first flight\nflight\n\n/elsewhere/b.jpg\ns3://bucket/c.jpg\n")

    inputs = Listing()._one(str(names), lists=True)

    assert [next(inputs).source for _ in range(2)] == [
        str(tmp_path / "flight" / "a.png"),
        "/elsewhere/b.jpg",
    ]


@pytest.mark.parametrize("column", ["source", "path", "frame", "file", "url"])
def test_a_table_names_inputs_in_one_of_its_columns(tmp_path: Path, column: str) -> None:
    table = tmp_path / "list.csv"
    table.write_text(f"label,{column}\n1,a.png\n0,b.png\n")

    assert listed(table) == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]


@pytest.mark.parametrize("count", [0, 1, 2 * ROWS_AT_ONCE + 1])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_manifest_names_inputs_however_long_it_is(
    tmp_path: Path, suffix: str, count: int
) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="needs the extra calibrate")
    names = [f"{number}.png" for number in range(count)]
    write_table(tmp_path / f"list.{suffix}", {"source": names})

    assert listed(tmp_path / f"list.{suffix}") == [str(tmp_path / name) for name in names]


def test_a_table_without_such_a_column_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("label\n1\n")

    with pytest.raises(ConfigError, match="needs one of the columns source"):
        listed(table)


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe\0")

    with pytest.raises(ConfigError, match="cannot be read"):
        listed(tmp_path / "list.txt")


def test_a_name_of_any_bytes_is_kept(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff.png"
    try:
        Path(os.fsdecode(odd)).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    assert listed(tmp_path) == [os.fsdecode(odd)]


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_parts_are_the_whole_and_share_nothing(of: int) -> None:
    inputs = [Input(str(number)) for number in range(20)]

    parts = [list(Part(number, of).choose(inputs)) for number in range(1, of + 1)]

    assert sorted(each.source for part in parts for each in part) == sorted(
        each.source for each in inputs
    )


@pytest.mark.parametrize("text", ["", "3", "0/3", "4/3", "a/b", "1/", "-1/3"])
def test_no_part_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="must be like 3/16"):
        Part.of_text(text)
