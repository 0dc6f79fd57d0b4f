"""`skysift explain`: one decision, taken apart."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.skysift.conftest import Skysift


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    path.write_text(
        "id,label,score_near,score_far\na,1,0.6,0.1\nb,1,0.45,0.1\nc,1,,0.2\n", encoding="utf-8"
    )
    return path


def test_a_skip_says_what_would_have_kept_the_frame(
    skysift: Skysift, scores: Path, ensemble: Path
) -> None:
    shown = skysift("explain", "b", "--scores", scores, "--ensemble", ensemble)

    assert shown.code == 0
    assert "b: skip" in shown.out
    assert "0.05 below its threshold 0.5" in shown.out
    assert "needed: 1 of 2 votes; 0 said yes" in shown.out
    assert "would have been review, if near had scored at least 0.5, not 0.45" in shown.out


def test_an_abstention_is_shown_as_what_left_it_open(
    skysift: Skysift, scores: Path, ensemble: Path
) -> None:
    shown = skysift("explain", "c", "--scores", scores, "--ensemble", ensemble, "--json")

    facts = json.loads(shown.out)
    assert (facts["decision"], facts["settled"]) == ("review", False)
    assert facts["would_change"] == ["near"]
    assert facts["votes"][0]["margin"] is None


def test_a_picture_is_judged_by_everybody(skysift: Skysift, flight: Path, ensemble: Path) -> None:
    shown = skysift("explain", flight / "a.png", "--ensemble", ensemble)

    assert shown.code == 0
    assert "a.png: review" in shown.out
    assert "far" in shown.out
    assert "would have been skip, if near had scored below 0.5" in shown.out


@pytest.mark.parametrize(
    ("what", "message"),
    [("nothing.jpg", "name the table with --scores"), ("c.jpg", "could not be read")],
)
def test_what_is_no_picture_is_told(
    skysift: Skysift, flight: Path, ensemble: Path, what: str, message: str
) -> None:
    shown = skysift("explain", flight / what, "--ensemble", ensemble)

    assert shown.code == 2
    assert message in shown.err


def test_an_id_that_is_not_there_is_told_with_the_nearest(
    skysift: Skysift, tmp_path: Path, ensemble: Path
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("id,label,score_near,score_far\nflight/001.jpg,1,0.6,0.1\n", encoding="utf-8")

    shown = skysift("explain", "flight/01.jpg", "--scores", path, "--ensemble", ensemble)

    assert shown.code == 2
    assert "did you mean 'flight/001.jpg'?" in shown.err


def test_the_tiles_are_drawn_over_the_picture(
    skysift: Skysift, flight: Path, ensemble: Path, tmp_path: Path
) -> None:
    ensemble.write_text(ensemble.read_text(encoding="utf-8") + "\nviews: {tile: 32}\n")
    drawn = tmp_path / "drawn.png"

    shown = skysift("explain", flight / "a.png", "--ensemble", ensemble, "--draw", drawn)

    assert shown.code == 0
    with Image.open(drawn) as drawing, Image.open(flight / "a.png") as picture:
        assert drawing.size == picture.size
        assert drawing.convert("RGB").tobytes() != picture.convert("RGB").tobytes()


def test_a_row_of_a_table_cannot_be_drawn(
    skysift: Skysift, scores: Path, ensemble: Path, tmp_path: Path
) -> None:
    told = skysift(
        "explain", "b", "--scores", scores, "--ensemble", ensemble, "--draw", tmp_path / "b.png"
    )

    assert told.code == 2
    assert "--draw needs a picture" in told.err
