import csv
import sys
from pathlib import Path

import pytest

from demo.measures import Measures, Share
from skysift import demo
from tests.skysift.conftest import Skysift

ROW = Measures("or", Share(9, 10), Share(9, 12), Share(12, 100), Share(5, 5))


def test_drawing_leaves_pictures_and_tables(skysift: Skysift, tmp_path: Path) -> None:
    sizes = ("--flights", 1, "--frames", 2, "--width", 128, "--height", 96)

    shown = skysift("demo", "draw", tmp_path, *sizes, "--seed", 3)

    assert shown.code == 0
    assert "2 frames of 1 flights" in shown.out
    assert len(list(tmp_path.glob("*/*.jpg"))) == 2
    with (tmp_path / "labels.csv").open(encoding="utf-8") as file:
        assert {row["frame"] for row in csv.DictReader(file)} == {
            "flight-3-0000/000.jpg",
            "flight-3-0000/001.jpg",
        }


@pytest.mark.parametrize("option", [("--width", "9000"), ("--flights", "0"), ("--climate", "odd")])
def test_what_cannot_be_drawn_is_a_usage_error(
    skysift: Skysift, tmp_path: Path, option: tuple[str, str]
) -> None:
    assert skysift("demo", "draw", tmp_path, *option).code == 2


def test_training_without_torch_names_the_extra(
    skysift: Skysift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "demo.train", raising=False)

    shown = skysift("demo", "train", "--weights", tmp_path)

    assert shown.code == 2
    assert "training needs torch: install skysift[pretrained]" in shown.err


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands in for drawing and judging; holds the folders that were measured."""
    folders: list[Path] = []

    def evaluate(folder: Path, **_: object) -> list[Measures]:
        folders.append(folder)
        return [ROW]

    monkeypatch.setattr(demo, "draw_held_out", lambda *_, **__: None)
    monkeypatch.setattr(demo, "evaluate_folder", evaluate)
    return folders


def test_the_table_is_markdown_where_there_is_no_terminal(
    skysift: Skysift, measured: list[Path], tmp_path: Path
) -> None:
    shown = skysift("demo", "evaluate", "--work", tmp_path)

    assert shown.code == 0
    assert "| or |" in shown.out
    assert measured == [tmp_path]


def test_pictures_go_to_the_home_of_skysift_when_no_folder_is_named(
    skysift: Skysift, measured: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_HOME", str(tmp_path))

    skysift("demo", "evaluate")

    assert measured == [tmp_path / "demo" / "held-out"]
