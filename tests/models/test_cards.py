import json
from pathlib import Path
from typing import Any

import pytest

from ensembles.errors import WeightsError
from models.cards import ClipCard
from models.clip_bundle import CARD_FILE
from tests.models.prepared import tiny_clip


def changed(folder: Path, **changes: Any) -> Path:  # noqa: ANN401 - any field
    path = tiny_clip(folder) / CARD_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return path


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tiny_clip(tmp_path / "clip") / CARD_FILE

    ClipCard.read(path).save(tmp_path / "again.json")

    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["../image.onnx", "/etc/passwd", "a/b.onnx", "..", "", "a\\b"])
def test_a_file_outside_the_cards_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = changed(tmp_path / "clip", files={name: "0" * 64})

    with pytest.raises(WeightsError, match=r"files.*must be a file beside the card"):
        ClipCard.read(path)


def test_a_card_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"clip.json: format: .*prepare the model again"):
        ClipCard.read(changed(tmp_path / "clip", format="skysift-clip-9"))


def test_a_card_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.json").write_text("no card")

    with pytest.raises(WeightsError, match=r"clip.json"):
        ClipCard.read(tmp_path / "clip.json")


def test_a_missing_card_says_that_nothing_is_prepared(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"the model is not prepared"):
        ClipCard.read(tmp_path / "clip.json")
