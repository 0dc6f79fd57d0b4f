"""The file of a blind second look goes out empty and comes back filled."""

from pathlib import Path

import pytest

from batch.relabel import look_again, read_answers, refuse_to_lose_answers, write_relabel
from batch.score_tables import ScoredFrames, read_score_table
from ensembles.errors import ConfigError


@pytest.fixture
def frames(tmp_path: Path) -> ScoredFrames:
    path = tmp_path / "scores.csv"
    path.write_text(
        "id,label,path,score_a\na,1,p/a.jpg,0.1\nb,1,p/b.jpg,0.9\nc,0,p/c.jpg,0.2\n",
        encoding="utf-8",
    )
    return read_score_table(path, asides=("path",))


def test_answers_replace_labels(frames: ScoredFrames) -> None:
    look = look_again(frames, {"a": "0", "b": "1"}, source=None)

    assert look.corrected.labels.tolist() == [0, 1, 0]
    assert look.looked_at.tolist() == [True, True, False]
    assert frames.table.labels.tolist() == [1, 1, 0]


def test_an_answer_about_an_unknown_frame_is_refused(frames: ScoredFrames) -> None:
    with pytest.raises(ConfigError, match=r"1 ids are not in .*such as z"):
        look_again(frames, {"z": "1"}, source=Path("relabel.csv"))


def test_what_goes_out_is_blind_and_keeps_the_answers(frames: ScoredFrames, tmp_path: Path) -> None:
    path = tmp_path / "relabel.csv"
    look = look_again(frames, {"c": "0"}, source=None)

    write_relabel(path, look, frames, [1, 0])

    assert path.read_text() == "id,label,path\nc,0,p/c.jpg\nb,,p/b.jpg\na,,p/a.jpg\n"
    assert read_answers(path) == {"c": "0"}


def test_answers_that_were_not_passed_on_are_not_lost(frames: ScoredFrames, tmp_path: Path) -> None:
    path = tmp_path / "relabel.csv"
    write_relabel(path, look_again(frames, {"c": "0"}, source=None), frames, [])

    with pytest.raises(ConfigError, match="--relabelled"):
        refuse_to_lose_answers(path, {})
    refuse_to_lose_answers(path, {"c": "0"})
    refuse_to_lose_answers(tmp_path / "none.csv", {})


def test_a_label_that_is_no_label_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "relabel.csv"
    path.write_text("id,label\na,maybe\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="must be 1, 0 or empty, not 'maybe'"):
        read_answers(path)
