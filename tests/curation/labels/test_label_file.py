from dataclasses import replace
from pathlib import Path

import pytest

from curation.labels.given import Frames
from curation.labels.label_file import Label, read_label_file, write_label_file
from curation.labels.merge import merged
from ensembles.errors import ConfigError

MAY, JUNE = "2026-05-01T10:00:00+00:00", "2026-06-01T10:00:00Z"
OLD = Label("a/1.jpg", "0", id="1" * 64, by="ada", at=MAY)
FRAMES = Frames(
    ["1" * 64, "2" * 64, None], ["f/a/1.jpg", "f/b/1.jpg", "f/c/3.jpg"], ["a", "b", "c"]
)


def test_labels_are_read_as_they_were_written(tmp_path: Path) -> None:
    labels = (OLD, Label("b/2.jpg", "1", "hiker-1;hiker-2", "b", "2" * 64, "bob", JUNE))
    write_label_file(tmp_path / "labels.csv", labels)

    assert read_label_file(tmp_path / "labels.csv") == labels


def test_lines_of_one_frame_are_one_label_with_all_its_objects(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("frame,label,object\na.jpg,1,x\na.jpg,1,y\nb.jpg,,\nc.jpg,0.0,\n")

    assert read_label_file(path) == (Label("a.jpg", "1", "x;y"), Label("c.jpg", "0"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("frame\na.jpg\n", "no column 'label'"),
        ("label\n1\n", "no column 'frame'"),
        ("frame,label\n,1\n", "without a frame"),
        ("frame,label\na.jpg,1\na.jpg,0\n", "is both '1' and '0'"),
        ("frame,label\na.jpg\n", "too many or too few"),
    ],
)
def test_mistakes_are_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text)

    with pytest.raises(ConfigError, match=said):
        read_label_file(path)


def test_the_later_word_of_a_person_counts_and_the_old_one_is_kept() -> None:
    found = merged([OLD], [replace(OLD, label="1", by="bob", at=JUNE)])

    assert [label.label for label in found.labels] == ["1"]
    assert found.replaced == (OLD,)
    assert (found.new, found.corrected) == (0, 1)


def test_an_older_word_changes_nothing() -> None:
    late = replace(OLD, label="1", by="bob", at="2026-04-01T10:00:00Z")

    found = merged([OLD], [late])

    assert found.labels == (OLD,)
    assert found.late == 1


def test_a_model_never_overwrites_a_person_nor_labels_what_nobody_did() -> None:
    machine = replace(OLD, label="1", by="model:demo@1234", at=JUNE)

    found = merged([OLD], [machine, replace(machine, frame="new.jpg", id="3" * 64)])

    assert found.labels == (OLD,)
    assert found.of_models == 2


@pytest.mark.parametrize("at", ["yesterday", "2026-05-01T10:00:00"])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(ConfigError, match="at:"):
        merged([], [replace(OLD, at=at)])


@pytest.mark.parametrize(
    ("frame", "row"),
    [
        ("2" * 64, 1),
        ("f/a/1.jpg", 0),
        ("./f/b/1.jpg", 1),
        ("b/1.jpg", 1),
        ("3.jpg", 2),
        ("x", None),
    ],
)
def test_a_frame_is_meant_by_its_id_its_path_or_the_end_of_it(frame: str, row: int | None) -> None:
    assert FRAMES.row(Label(frame, "1")) == row


def test_a_name_that_means_two_frames_is_refused() -> None:
    with pytest.raises(ConfigError, match="2 frames are called so"):
        FRAMES.row(Label("1.jpg", "1"))
