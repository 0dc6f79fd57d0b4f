"""Tables in and out, the same from Parquet and from CSV."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from batch.columns import Wanted
from batch.tables import read_table, refuse_unwritable, write_table
from ensembles.errors import ConfigError, SkysiftError

FORMATS = ("csv", "parquet")
COLUMNS: dict[str, list[Any]] = {
    "id": ["a,1", 'b"2', "ü3"],
    "label": ["1", None, "0"],
    "score_x": [0.25, None, 1.0],
}


@pytest.fixture(params=FORMATS)
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "parquet":
        pytest.importorskip("pyarrow", reason="needs the extra calibrate")
    path = tmp_path / f"table.{request.param}"
    write_table(path, COLUMNS)
    return path


def test_what_was_written_is_read_back(table: Path) -> None:
    read = read_table(table, Wanted(("id", "label"), numbers="score_"))

    assert read.text["id"].tolist() == COLUMNS["id"]
    assert read.text["label"].tolist() == ["1", "", "0"]
    np.testing.assert_array_equal(
        read.numbers["score_x"], np.array([0.25, np.nan, 1], dtype=np.float32)
    )


def test_columns_that_nobody_wants_are_not_read(table: Path) -> None:
    read = read_table(table, Wanted(("id",)))

    assert list(read.text) == ["id"]
    assert not read.numbers


def test_nothing_unfinished_stays_behind(table: Path) -> None:
    assert [path.name for path in table.parent.iterdir()] == [table.name]


def test_whole_numbers_in_parquet_are_read_as_they_look(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra calibrate")
    path = tmp_path / "table.parquet"
    write_table(path, {"id": [7, 8], "label": [1.0, None]})

    read = read_table(path, Wanted(("id", "label")))

    assert read.text["id"].tolist() == ["7", "8"]
    assert read.text["label"].tolist() in (["1.0", ""], ["1", ""])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id,score_a\nx,high\n", "column score_a: .*'high'"),
        ("id,id\nx,y\n", "the column 'id' stands twice"),
        ("id,score_a\nx,0.5,0.7\n", "a line has 3 cells, the header has 2"),
    ],
)
def test_a_csv_that_makes_no_sense_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=problem):
        read_table(path, Wanted(("id",), numbers="score_"))


def test_a_csv_may_begin_with_a_mark_and_hold_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\ufeffid,score_a\n\nx,0.5\n\n", encoding="utf-8")

    read = read_table(path, Wanted(("id",), numbers="score_"))

    assert read.text["id"].tolist() == ["x"]


def test_many_rows_are_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batch.csv_table.ROWS_AT_ONCE", 3)
    path = tmp_path / "table.csv"
    write_table(path, {"id": list(range(10)), "score_a": [0.5] * 10})

    read = read_table(path, Wanted(("id",), numbers="score_"))

    assert read.text["id"].tolist() == [str(number) for number in range(10)]
    assert len(read.numbers["score_a"]) == 10


@pytest.mark.parametrize("name", ["none.csv", "none.parquet"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="needs the extra calibrate")

    with pytest.raises(ConfigError, match=f"{name}:\n  there is no such file"):
        read_table(tmp_path / name, Wanted(("id",)))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra calibrate")
    path = tmp_path / "table.parquet"
    path.write_text("id,label\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="is not a table as expected"):
        read_table(path, Wanted(("id",)))


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(SkysiftError, match=r"pip install 'skysift\[calibrate\]'"):
        refuse_unwritable(tmp_path / "scores.parquet")


def test_csv_needs_no_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "table.csv"

    write_table(path, COLUMNS)

    assert len(read_table(path, Wanted(("id",))).text["id"]) == 3
