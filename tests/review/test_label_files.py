"""Files of labels say all that is wrong with them."""

from pathlib import Path

import pytest

from ensembles.errors import ConfigError
from review.labels import read_label_file
from tests.review.labels import frame_id

HEAD = "frame,label,by,at,object\n"
GOOD = f"{frame_id('a')},positive,anna,2026-05-01T11:30:00+02:00,hiker-3; hiker-4\n"


def test_a_file_of_labels_is_read(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(HEAD + GOOD, encoding="utf-8-sig")

    (label,) = read_label_file(file)

    assert label.objects == ("hiker-3", "hiker-4")
    assert label.at.isoformat() == "2026-05-01T09:30:00+00:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("frame,label\n", "there is no column 'by'"),
        (HEAD.replace("object", "remark"), "unknown column 'remark'"),
        (HEAD + GOOD.replace("positive", "yes"), "line 2: label: should be 'positive' or"),
        (HEAD + GOOD + "12,positive,anna,2026-05-01T11:30:00Z,\n", "line 3: frame: "),
        (HEAD + GOOD.replace("+02:00", ""), "line 2: at: .*timezone"),
        (HEAD + GOOD.replace("2026", "2126"), "line 2: at: lies in the future"),
        (HEAD + "a,b\n", "line 2: expected 5 cells"),
        ('"', "cannot be read as CSV"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=told):
        read_label_file(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as CSV"):
        read_label_file(tmp_path / "nowhere.csv")
