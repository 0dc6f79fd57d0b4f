import json
from pathlib import Path

import pytest

from tests.skysift.conftest import Skysift, ensemble_text


def test_a_folder_is_answered_in_order_with_one_line_per_picture(
    skysift: Skysift, ensemble: Path, flight: Path
) -> None:
    shown = skysift("triage", flight, "--ensemble", ensemble)

    lines = [line.split("\t")[:2] for line in shown.out.splitlines()]
    assert lines == [
        ["review", f"{flight}/a.png"],
        ["skip", f"{flight}/b.png"],
        ["review", f"{flight}/c.jpg"],
    ]


def test_a_line_shows_scores_and_who_was_not_asked(
    skysift: Skysift, ensemble: Path, flight: Path
) -> None:
    shown = skysift("triage", flight / "a.png", "--ensemble", ensemble)

    assert shown.out.split("\t")[2].strip() == "near 0.980 yes, far -"


def test_explain_asks_every_voter(skysift: Skysift, ensemble: Path, flight: Path) -> None:
    shown = skysift("triage", flight / "a.png", "--ensemble", ensemble, "--explain")

    assert shown.out.split("\t")[2].strip() == "near 0.980 yes, far 0.980 yes"


def test_pictures_that_could_be_read_exit_with_0(
    skysift: Skysift, ensemble: Path, flight: Path
) -> None:
    shown = skysift("triage", flight / "a.png", flight / "b.png", "--ensemble", ensemble)

    assert shown.code == 0
    assert "2 pictures" in shown.err
    assert "1 review (0 could not be read), 1 skip" in shown.err


def test_a_picture_that_cannot_be_read_is_review_with_its_reason_and_exits_with_1(
    skysift: Skysift, ensemble: Path, flight: Path
) -> None:
    shown = skysift("triage", flight / "c.jpg", flight / "gone.jpg", "--ensemble", ensemble)

    text, gone = shown.out.splitlines()
    assert shown.code == 1
    assert "not_an_image" in text
    assert "unreadable: No such file" in gone


def test_a_voter_that_fails_exits_with_1_and_the_frame_is_reviewed(
    skysift: Skysift, tmp_path: Path, flight: Path
) -> None:
    ensemble = tmp_path / "broken.yaml"
    ensemble.write_text(ensemble_text(options="{breaks: true}"), encoding="utf-8")

    shown = skysift("triage", flight / "b.png", "--ensemble", ensemble)

    assert shown.code == 1
    assert shown.out.startswith("review\t")
    assert "voter_failed" in shown.out
    assert "the lamp went out" in shown.err


def test_json_is_one_object_per_line_with_the_columns_of_a_row(
    skysift: Skysift, ensemble: Path, flight: Path
) -> None:
    shown = skysift("triage", flight, "--ensemble", ensemble, "--json")

    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert [row["decision"] for row in rows] == ["review", "skip", "review"]
    assert [row["reasons"] for row in rows] == [[], [], ["not_an_image"]]
    assert all(row.keys() == rows[0].keys() for row in rows)
    assert len({row["digest"] for row in rows}) == 1


def test_the_ensemble_of_the_settings_decides_when_none_is_named(
    skysift: Skysift, ensemble: Path, flight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_ENSEMBLES", str(ensemble))

    shown = skysift("triage", flight / "b.png", "--json")

    assert json.loads(shown.out)["ensemble"] == "lamps"


def test_a_folder_without_pictures_is_a_usage_error(
    skysift: Skysift, ensemble: Path, tmp_path: Path
) -> None:
    shown = skysift("triage", tmp_path, "--ensemble", ensemble)

    assert shown.code == 2
    assert "no file in there is called like a picture" in shown.err


def test_files_left_out_of_a_folder_are_told(
    skysift: Skysift, ensemble: Path, flight: Path
) -> None:
    (flight / "labels.csv").touch()

    shown = skysift("triage", flight, "--ensemble", ensemble)

    assert "not called like pictures: 1, such as" in shown.err
    assert "labels.csv" in shown.err


@pytest.mark.parametrize("name", ["[red]bold.png", "tab\there.png", b"caf\xe9.png"])
def test_a_file_may_be_called_anything(
    skysift: Skysift, ensemble: Path, tmp_path: Path, flight: Path, name: str | bytes
) -> None:
    picture = Path(name.decode(errors="surrogateescape") if isinstance(name, bytes) else name)
    (flight / "b.png").rename(tmp_path / picture)

    plain = skysift("triage", tmp_path / picture, "--ensemble", ensemble)
    as_json = skysift("triage", tmp_path / picture, "--ensemble", ensemble, "--json")

    assert plain.out.count("\t") == 2
    assert json.loads(as_json.out)["source"] == str(tmp_path / picture)


def test_an_ensemble_with_mistakes_is_a_config_error_before_any_picture(
    skysift: Skysift, tmp_path: Path, flight: Path
) -> None:
    ensemble = tmp_path / "wrong.yaml"
    ensemble.write_text("name: x\n", encoding="utf-8")

    shown = skysift("triage", flight, "--ensemble", ensemble)

    assert shown.code == 2
    assert shown.out == ""
    assert "target: is missing" in shown.err


def test_missing_weights_say_what_to_put_where(
    skysift: Skysift, tmp_path: Path, flight: Path
) -> None:
    ensemble = tmp_path / "far.yaml"
    ensemble.write_text(ensemble_text(options="{needs: lamp.onnx}"), encoding="utf-8")

    shown = skysift("triage", flight, "--ensemble", ensemble)

    assert shown.code == 2
    assert f"{tmp_path / 'lamp.onnx'}: there is no such file; put a lamp there" in shown.err
