import sys
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from ensembles.asking import AsListed, CheapestFirst
from ensembles.errors import ConfigError, WeightsError
from ensembles.voter import Reading, Voter
from models.catalog import KINDS, options_for, options_of, read
from models.digest import digest
from models.ensemble import load_ensemble
from models.frames import Frame
from models.onnx_classifier import OnnxOptions
from models.settings import ModelSettings
from tests.models.networks import classifier
from tests.models.pictures import noise

SETTINGS = ModelSettings(threads=1)
FILE = """
name: cars
target: car
voters:
  - name: small
    kind: onnx
    threshold: 0.5
    timeout_ms: 1500
    options: {weights: weights/small.onnx, labels: [a, b, car], positive: [car],
              output_name: scores, input: {size: 8}}
  - name: large
    kind: onnx
    threshold: 0.25
    options: {weights: weights/large.onnx, labels: [a, b, car], positive: [car],
              output_name: scores, input: {size: 16}}
vote: and
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An ensemble of two voters, whose sides are 8 and 16 pixels."""
    classifier(tmp_path / "cars" / "weights" / "small.onnx", side=8)
    classifier(tmp_path / "cars" / "weights" / "large.onnx", side=16)
    path = tmp_path / "cars" / "cars.yaml"
    path.write_text(FILE)
    return path


def digest_of(path: Path) -> str:
    return digest(read(path), SETTINGS)


def test_the_cheapest_order_is_found_and_leaves_the_digest_as_it_is(file: Path) -> None:
    listed = load_ensemble(file, SETTINGS)
    file.write_text(f"{FILE}order: cheapest\n")

    cheapest = load_ensemble(file, SETTINGS)

    assert cheapest.digest == listed.digest
    assert isinstance(listed.gate.asking, AsListed)
    assert isinstance(cheapest.gate.asking, CheapestFirst)


def test_short_names_stand_for_classes() -> None:
    assert options_for("onnx") is OnnxOptions
    assert options_for("models.onnx_classifier:OnnxOptions") is OnnxOptions


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_read_without_a_runtime_or_torch(kind: str) -> None:
    assert options_for(kind).model_fields


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("onx", "unknown kind 'onx'; did you mean 'onnx'"),
        ("yolo", "known are onnx, clip, resnet50, and `package.module:Options`"),
        ("no.such.module:Options", "cannot be imported: No module named 'no'"),
        ("models.onnx_classifier:Option", "there is no 'Option' in 'models.onnx_classifier'"),
        (":Options", "there is no 'Options' in ''"),
        ("models.frames:Frame", "Frame must be a class derived from ModelOptions"),
    ],
)
def test_a_kind_that_is_none_is_refused_with_the_reason(kind: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        options_for(kind)


def test_paths_are_relative_to_the_file(file: Path) -> None:
    small = options_of(read(file).voters[0])

    assert isinstance(small, OnnxOptions)
    assert small.weights == file.parent / "weights" / "small.onnx"


def test_an_ensemble_judges_frames(file: Path) -> None:
    ensemble = load_ensemble(file, SETTINGS)

    verdicts = ensemble.gate.judge([Frame.of_pixels(noise(seed=n)) for n in range(8)], ask_all=True)

    assert {verdict.decision for verdict in verdicts} <= {"review", "skip"}
    assert [vote.voter for vote in verdicts[0].votes] == ["small", "large"]
    assert ensemble.enough_px == 16
    assert ensemble.digest == digest_of(file)


def test_voters_are_put_inside_what_is_given(file: Path) -> None:
    budgets = {}

    class Silent:
        def read(self, views: object) -> Reading:
            return Reading(np.full(1, np.nan, dtype=np.float32))

    def around(
        ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float
    ) -> Voter[Frame]:
        budgets[ensemble, name] = timeout_seconds
        return Silent()

    ensemble = load_ensemble(file, SETTINGS, around=around)

    assert budgets == {("cars", "small"): 1.5, ("cars", "large"): 10.0}
    assert not ensemble.gate.judge([Frame.of_pixels(noise())])[0].settled


def test_all_voters_that_cannot_be_loaded_are_named(file: Path) -> None:
    (file.parent / "weights" / "small.onnx").unlink()
    (file.parent / "weights" / "large.onnx").write_bytes(b"nonsense")

    with pytest.raises(WeightsError) as caught:
        load_ensemble(file, SETTINGS)

    small, large = str(caught.value).splitlines()
    assert small.startswith("voter 'small': ")
    assert "there is no such file" in small
    assert large.startswith("voter 'large': ")


def test_the_digest_does_not_depend_on_the_place_nor_on_comments(file: Path) -> None:
    before = digest_of(file)
    moved = copytree(file.parent, file.parent.parent / "elsewhere") / file.name
    moved.write_text("# ours\n" + FILE)

    assert digest_of(moved) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threshold: 0.25", "threshold: 0.26"),
        ("vote: and", "vote: or"),
        ("input: {size: 8}", "input: {size: 8, mean: 0.1}"),
        ("positive: [car]", "positive: [b]"),
    ],
)
def test_the_digest_changes_with_every_word_that_decides(file: Path, old: str, new: str) -> None:
    before = digest_of(file)
    file.write_text(FILE.replace(old, new))

    assert digest_of(file) != before


def test_the_digest_changes_with_the_weights(file: Path) -> None:
    before = digest_of(file)
    classifier(file.parent / "weights" / "small.onnx", gain=5.0)

    assert digest_of(file) != before


def test_the_digest_changes_with_the_preprocessing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of(file)
    monkeypatch.setattr("models.digest.RECIPE_VERSION", 99)

    assert digest_of(file) != before


def test_a_kind_of_ones_own_needs_no_registration(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "own_voter.py").write_text(
        "from models.onnx_classifier import OnnxOptions\n\nclass Own(OnnxOptions): ...\n"
    )
    monkeypatch.syspath_prepend(str(file.parent))
    file.write_text(FILE.replace("kind: onnx", "kind: own_voter:Own"))

    config = load_ensemble(file, SETTINGS).config

    assert type(config.voters[0].options).__name__ == "Own"
    del sys.modules["own_voter"]
