"""A score table is read strictly, and everything that is wrong comes at once."""

from pathlib import Path

import numpy as np
import pytest

from batch.score_tables import ScoredFrames, read_score_table
from ensembles.errors import ConfigError
from ensembles.score_table import NOBODY


def written(folder: Path, text: str) -> Path:
    path = folder / "scores.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, **options: object) -> ScoredFrames:
    return read_score_table(written(folder, text), **options)  # type: ignore[arg-type]


def test_voters_come_from_the_names_of_the_columns(tmp_path: Path) -> None:
    frames = read(tmp_path, "id,label,score_a,score_b\nx,1,0.5,\ny,,0.25,1\n")

    assert frames.table.voters == ("a", "b")
    assert frames.table.labels.tolist() == [1, -1]
    assert frames.ids.tolist() == ["x", "y"]
    assert np.isnan(frames.table.scores[0, 1])


def test_labels_may_be_written_as_other_tools_write_whole_numbers(tmp_path: Path) -> None:
    frames = read(tmp_path, "id,label,score_a\nx,1.0,0.5\ny,0.0,0.5\n")

    assert frames.table.labels.tolist() == [1, 0]


def test_a_frame_may_show_several_objects(tmp_path: Path) -> None:
    frames = read(
        tmp_path,
        "id,label,object,score_a\nx,1,anna;ben,0.1\ny,1,ben,0.9\nz,1,,0.2\nw,0,,0.3\n",
    )
    table = frames.table

    best = table.best_by_object(table.scores[:, 0].astype(np.float64))

    assert table.positives == 3
    assert sorted(best) == pytest.approx([0.1, 0.2, 0.9])


def test_objects_stay_with_their_frames_when_some_are_taken(tmp_path: Path) -> None:
    frames = read(
        tmp_path, "id,label,object,score_a\nv,0,,0.3\nx,1,anna;ben,0.1\ny,1,carl;ben,0.9\n"
    )

    taken = frames.table.take(np.array([2]))

    assert taken.positives == 2
    assert taken.best_by_object(np.array([0.9])).tolist() == [0.9, 0.9]


def test_groups_keep_their_names(tmp_path: Path) -> None:
    frames = read(tmp_path, "id,label,group,score_a\nx,1,north,0.5\ny,0,,0.5\nz,0,south,0.5\n")

    assert frames.groups == ("north", "south")
    assert frames.table.groups.tolist() == [0, NOBODY, 1]


def test_other_columns_are_kept_aside_when_wanted(tmp_path: Path) -> None:
    frames = read(tmp_path, "id,label,light,score_a\nx,1,dusk,0.5\n", asides=("light", "none"))

    assert {name: cells.tolist() for name, cells in frames.asides.items()} == {"light": ["dusk"]}


def test_everything_that_is_wrong_comes_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, "id,label,score_a,score_b\nx,1,0.5,2\nx,yes,-0.5,\n,0,0.5,0.5\n")

    assert raised.value.problems == (
        "id: 1 ids stand in more than one row, such as 'x'",
        "id: a row has none",
        "label: must be 1, 0 or empty, not 'yes'",
        "score_a: 1 scores lie outside [0, 1], such as -0.5",
        "score_b: 1 scores lie outside [0, 1], such as 2",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id,label\nx,1\n", "there is no score column; each voter needs one called score_<voter>"),
        ("name,label,score_a\nx,1,0.5\n", "there is no column 'id'"),
        ("id,label,score_a\n", "there are no frames, only a header"),
    ],
)
def test_a_column_that_is_missing_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read(tmp_path, text)


def test_positives_are_missed_only_where_they_are_needed(tmp_path: Path) -> None:
    text = "id,label,score_a\nx,0,0.5\n"

    assert len(read(tmp_path, text)) == 1
    with pytest.raises(ConfigError, match="no frame is labelled 1"):
        read(tmp_path, text, needs_positives=True)


def test_of_several_splits_one_must_be_named(tmp_path: Path) -> None:
    text = "id,label,split,score_a\nx,1,train,0.5\ny,1,test,0.5\nz,0,test,0.5\n"

    with pytest.raises(ConfigError, match=r"train \(1 frames\), test \(2 frames\)"):
        read(tmp_path, text)
    assert read(tmp_path, text, split="test").ids.tolist() == ["y", "z"]
    with pytest.raises(ConfigError, match="there is no 'tst'"):
        read(tmp_path, text, split="tst")


def test_an_object_in_two_groups_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'7' is in the groups 'north' and 'south'"):
        read(tmp_path, "id,label,object,group,score_a\nx,1,7,north,0.5\ny,1,7,south,0.5\n")
