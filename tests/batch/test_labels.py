"""Which picture a line of a label file speaks of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from batch.labels import Label, ids_of, labels_of, read_labels
from ensembles.errors import ConfigError

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str) -> Path:
        path = tmp_path / "labels.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def pictures(folder: Path, *names: str) -> dict[str, Path]:
    return {name: folder / "frames" / name for name in names}


def test_a_frame_with_two_objects_may_have_two_lines(write: Write) -> None:
    labels = read_labels(
        write("frame,label,object,group\na.jpg,1,anna,north\na.jpg,1,ben,north\nb.jpg,0,,north\n")
    )

    assert labels == (
        Label("a.jpg", "1", "anna;ben", "north"),
        Label("b.jpg", "0", "", "north"),
    )


def test_lines_that_contradict_each_other_are_refused(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"a\.jpg: label is both '0' and '1'"):
        read_labels(write("frame,label\na.jpg,1\na.jpg,0\n"))


def test_a_label_that_is_no_label_is_refused(write: Write) -> None:
    with pytest.raises(ConfigError, match="must be 1, 0 or empty, not 'hiker'"):
        read_labels(write("frame,label\na.jpg,hiker\n"))


@pytest.mark.parametrize("frame", ["x/a.jpg", "./x/a.jpg", "x\\a.jpg", "frames/x/a.jpg", "a.jpg"])
def test_a_picture_is_found_by_id_by_place_or_by_its_name(tmp_path: Path, frame: str) -> None:
    found = labels_of(
        pictures(tmp_path, "x/a.jpg"), [Label(frame, "1")], source=tmp_path / "labels.csv"
    )

    assert found == {"x/a.jpg": Label(frame, "1")}


def test_lines_and_pictures_without_each_other_are_all_named(tmp_path: Path) -> None:
    labels = [Label("x/a.jpg", "1"), Label("gone.jpg", "0"), Label("b.jpg", "1")]

    with pytest.raises(ConfigError) as raised:
        labels_of(
            pictures(tmp_path, "x/a.jpg", "x/b.jpg", "y/b.jpg"),
            labels,
            source=tmp_path / "labels.csv",
        )

    assert raised.value.problems == (
        "gone.jpg: there is no such picture",
        "b.jpg: 2 pictures are called so: x/b.jpg, y/b.jpg; name the folder",
        (
            "2 pictures have no line, such as 'x/b.jpg', 'y/b.jpg'; "
            "a picture nobody looked at has a line with an empty label"
        ),
    )


def test_two_lines_for_one_picture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="more than one line means this picture"):
        labels_of(
            pictures(tmp_path, "x/a.jpg"),
            [Label("a.jpg", "1"), Label("x/a.jpg", "1")],
            source=tmp_path / "labels.csv",
        )


def test_a_wrong_folder_does_not_bury_the_screen(tmp_path: Path) -> None:
    labels = [Label(f"{number}.jpg") for number in range(500)]

    with pytest.raises(ConfigError, match="and 490 more like these"):
        labels_of({}, labels, source=tmp_path / "labels.csv")


def test_an_id_is_the_path_below_the_folder_that_was_named(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    inside = tmp_path / "x" / "a.jpg"
    inside.touch()

    assert ids_of([inside], [tmp_path]) == {"x/a.jpg": inside}
    with pytest.raises(ConfigError, match="named twice"):
        ids_of([inside, inside], [tmp_path])
