"""`skysift train`, with a probe: it needs no torch."""

import json
import sys
from pathlib import Path

import pytest
import yaml
from PIL import Image

from curation.train.training_card import SpecialistCard
from models.catalog import read
from skysift.app import run
from tests.curation.train.discs import draw_flights, write_labels

DEMO = Path(__file__).parents[2] / "configs" / "demo.yaml"
PARTS = ("train", "train", "train", "validation", "calibration", "test")


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flights")
    write_labels(folder, draw_flights(folder, flights=24), PARTS)
    return folder


@pytest.fixture(scope="module")
def trained(flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "specialist.onnx"
    assert train(flights, out, "--target", "red disc", "--folds", "3") == 0
    return out


def train(flights: Path, out: Path, *options: str) -> int:
    asked = ["--backbone", "probe:resnet50", "--ensemble", str(DEMO), "--out", str(out)]
    labels = ["--labels", str(flights / "labels.csv")]
    return run(["train", str(flights), *labels, *asked, *options])


def gate_of(out: Path, entry: str) -> Path:
    file = out.with_name("gate.yaml")
    head = "name: discs\ntarget: red disc\nvote: or\nvoters:\n"
    file.write_text(head + entry, encoding="utf-8")
    return file


def test_the_card_says_what_was_learned_from_and_how_good_it_is(trained: Path) -> None:
    card = SpecialistCard.read(trained.with_suffix(".json"))

    assert card.data.frames == {"training": 48, "validation": 16, "test": 16}
    assert card.data.groups == {"training": 12, "validation": 4, "test": 4}
    assert [measure.part for measure in card.measures] == ["test", "validation"]
    assert card.measures[0].average_precision.value > 0.9
    assert list(card.compared) == ["probe:resnet50"]
    assert card.target == "red disc"
    assert not trained.with_name("specialist.training").exists()


def test_the_entry_that_is_printed_works_in_a_gate(
    flights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "discs.onnx"
    assert train(flights, out, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    gate = gate_of(out, facts["entry"])
    pictures = sorted(flights.rglob("*.png"))

    assert run(["check", str(gate)]) == 0
    assert run(["triage", *map(str, pictures[:4]), "--ensemble", str(gate), "--json"]) == 0

    lines = capsys.readouterr().out.splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    assert [row["decision"] for row in rows] == ["review", "skip"] * 2
    assert read(gate).voters[0].threshold == facts["threshold"]


def test_the_lines_end_with_an_entry_that_is_yaml(
    flights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(flights, tmp_path / "discs.onnx") == 0

    _, _, entry = capsys.readouterr().out.partition("to `skysift calibrate`:\n")
    (voter,) = yaml.safe_load(entry)

    assert (voter["name"], voter["kind"]) == ("discs", "onnx")


def test_pictures_that_cannot_be_read_are_named_and_the_exit_code_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "flights"
    examples = draw_flights(folder, flights=10)
    write_labels(folder, examples)
    examples[0].path.write_bytes(b"no picture")

    assert train(folder, tmp_path / "out.onnx") == 1

    assert f"not used: {examples[0].path}" in capsys.readouterr().err
    assert SpecialistCard.read(tmp_path / "out.json").data.unreadable == 1


def test_a_model_that_is_there_is_not_lost(
    trained: Path, flights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = trained.read_bytes()

    assert train(flights, trained) == 2

    assert "--replace" in capsys.readouterr().err
    assert trained.read_bytes() == before


def test_an_unfinished_training_is_not_lost(
    flights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.training").mkdir()

    assert train(flights, tmp_path / "out.onnx") == 2
    assert "--resume" in capsys.readouterr().err
    assert train(flights, tmp_path / "out.onnx", "--resume") == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--backbone", "probe:clap"], "did you mean 'clip'"),
        (["--backbone", "probe:specialist"], "gives no embedding"),
        (["--out", "model.pt"], "must end with .onnx"),
        (["--backbone", "resnet18", "--size", "12x"], "like 224"),
    ],
)
def test_what_is_wrong_is_said(
    flights: Path,
    tmp_path: Path,
    options: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train(flights, tmp_path / "out.onnx", *options) == 2
    assert said in capsys.readouterr().err


def test_labels_of_one_kind_teach_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png")
    (tmp_path / "labels.csv").write_text("frame,label\na.png,1\n", encoding="utf-8")

    assert train(tmp_path, tmp_path / "out.onnx") == 2
    assert "1 frames labelled 1 and 0 labelled 0" in capsys.readouterr().err


def test_without_torch_a_network_is_not_trained_and_a_probe_is(
    flights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in sys.modules if name.startswith("curation.train.network")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.split(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)

    assert train(flights, tmp_path / "out.onnx", "--backbone", "resnet18") == 2
    assert "skysift[train]" in capsys.readouterr().err
    assert train(flights, tmp_path / "out.onnx") == 0
