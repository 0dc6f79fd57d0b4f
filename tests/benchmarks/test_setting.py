from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.demo_votes import RULES, DemoGate
from benchmarks.prevalence import gate_of
from benchmarks.setting.ensembles import EVEN, Gate, ensemble_text
from benchmarks.setting.files import LABELS, NetworkFiles
from benchmarks.setting.pictures import drawn, pictures
from benchmarks.setting.setting import in_turn
from models.catalog import read

SMALL = (96, 64)


def test_a_picture_is_the_same_every_time() -> None:
    assert drawn(3, SMALL) == drawn(3, SMALL)
    assert drawn(3, SMALL) != drawn(4, SMALL)


def test_a_picture_has_the_size_that_is_asked_for() -> None:
    assert Image.open(BytesIO(drawn(0, SMALL))).size == SMALL


def test_pictures_are_drawn_once(tmp_path: Path) -> None:
    (first,) = pictures(tmp_path, 1, SMALL)
    first.path.write_bytes(b"kept")

    again, second = pictures(tmp_path, 2, SMALL)

    assert again.data == b"kept"
    assert second.data == drawn(1, SMALL)


def test_pictures_come_again_after_the_last(tmp_path: Path) -> None:
    some = pictures(tmp_path, 2, SMALL)

    assert [picture.name for picture in in_turn(some, 5)] == ["000", "001", "000", "001", "000"]


def written(folder: Path, gate: Gate) -> Path:
    files = NetworkFiles(folder)
    files.clip_scale.write_text("12.5")
    files.labels.write_text("\n".join(LABELS))
    path = folder / "ensemble.yaml"
    path.write_text(ensemble_text(gate, files))
    return path


def test_the_ensemble_file_is_right(tmp_path: Path) -> None:
    config = read(written(tmp_path, Gate("plain")))

    assert [voter.name for voter in config.voters] == ["specialist", "clip", "resnet50"]
    assert config.full_ballots == 0


def test_the_cascade_has_a_floor(tmp_path: Path) -> None:
    config = read(written(tmp_path, Gate("cascade", floor=0.25)))

    assert [voter.floor for voter in config.voters] == [0.25, None, None]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_makes_a_gate_that_can_be_read(rule: str, tmp_path: Path) -> None:
    gate = gate_of(rule, DemoGate("or", {}, 0.1), "fp32", EVEN, floor=0.25)

    config = read(written(tmp_path, gate))

    assert config.voters[0].floor == 0.25
