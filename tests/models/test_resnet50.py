from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from ensembles.errors import WeightsError
from models.resnet50 import ResNet50Options, ResNetVoter
from models.runtime import Runtime
from models.settings import ModelSettings
from tests.models.prepared import COLOURS, SIDE, plain, tiny_resnet


def options(folder: Path, **changes: Any) -> ResNet50Options:  # noqa: ANN401 - any option
    said = {"weights": "tiny.onnx", "positive": {"red": 1.0}}
    return ResNet50Options.model_validate({**said, **changes}, context={"folder": folder})


def loaded(tmp_path: Path, **changes: Any) -> ResNetVoter:  # noqa: ANN401 - any option
    tiny_resnet(tmp_path / "tiny.onnx")
    return options(tmp_path, **changes).load(Runtime(ModelSettings(home=tmp_path, threads=1)))


def complaint(**changes: Any) -> str:  # noqa: ANN401 - any option
    with pytest.raises(ValidationError) as caught:
        options(Path(), **changes)
    return str(caught.value)


def test_the_score_is_the_weighted_probability_of_the_positive_classes(tmp_path: Path) -> None:
    frames = [plain(colour) for colour in COLOURS]
    red, green = (loaded(tmp_path, positive={name: 1.0}).read(frames) for name in ("red", "green"))

    both = loaded(tmp_path, positive={"red": 0.5, 1: 0.25}).read(frames)

    assert red.scores.argmax() == 0
    np.testing.assert_allclose(both.scores, 0.5 * red.scores + 0.25 * green.scores, atol=1e-6)


def test_the_score_is_capped_at_one(tmp_path: Path) -> None:
    voter = loaded(tmp_path, positive={"red": 5.0})

    assert voter.read([plain("red")]).scores[0] == 1.0


def test_features_come_as_rows_of_length_one_when_asked_for(tmp_path: Path) -> None:
    embeddings = loaded(tmp_path, embeddings=True).read([plain("blue")]).embeddings

    assert embeddings is not None
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-6)
    assert loaded(tmp_path).read([plain("blue")]).embeddings is None


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    with tiny_resnet(tmp_path / "tiny.onnx").open("ab") as file:
        file.write(b" ")

    with pytest.raises(WeightsError, match=r"tiny.onnx: altered"):
        options(tmp_path).load(Runtime(ModelSettings(home=tmp_path)))


def test_a_prepared_file_knows_its_own_classes(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"positive: 'rad' is no class; did you mean 'red'"):
        loaded(tmp_path, positive={"rad": 1.0})


def test_another_recipe_replaces_the_cards(tmp_path: Path) -> None:
    tiny_resnet(tmp_path / "tiny.onnx")
    wanted = options(tmp_path, input={"size": 32, "crop": SIDE})
    settings = ModelSettings(home=tmp_path)

    assert options(tmp_path).view_px(settings) == SIDE
    assert wanted.view_px(settings) == 32
    assert wanted.load(Runtime(settings)).recipe.size == (32, 32)


def test_a_recipe_of_another_size_than_the_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"shape.*`input.size`"):
        loaded(tmp_path, input={"size": 32})


def test_unprepared_weights_name_the_command_that_prepares_them(tmp_path: Path) -> None:
    wanted = options(tmp_path, weights="IMAGENET1K_V2", positive={"sports car": 1.0})

    with pytest.raises(WeightsError, match=r"resnet50 with weights IMAGENET1K_V2 .*prepare"):
        wanted.artifacts(ModelSettings(home=tmp_path))


def test_a_missing_file_of_weights_is_named(tmp_path: Path) -> None:
    wanted = options(tmp_path, weights="gone.safetensors", positive={"sports car": 1.0})

    with pytest.raises(WeightsError, match=r"gone.safetensors: weights: there is no such file"):
        wanted.artifacts(ModelSettings(home=tmp_path))


def test_an_unknown_class_gets_the_nearest_suggested() -> None:
    said = complaint(weights="IMAGENET1K_V1", positive={"sportscar": 1.0, "mini van": 1.0})

    assert "did you mean 'sports car'?" in said
    assert "did you mean 'minivan'?" in said


def test_a_class_is_needed() -> None:
    assert "at least one class is needed" in complaint(weights="IMAGENET1K_V1", positive={})


@pytest.mark.parametrize("weight", [0, -1, float("nan")])
def test_evidence_must_be_above_zero(weight: float) -> None:
    assert "positive.tench" in complaint(weights="IMAGENET1K_V1", positive={"tench": weight})


def test_an_unknown_tag_names_the_known_ones() -> None:
    said = complaint(weights="IMAGENET1K_V3", positive={"tench": 1.0})

    assert "IMAGENET1K_V3 is none of IMAGENET1K_V1, IMAGENET1K_V2" in said


def test_weights_of_ones_own_may_have_other_classes(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("meadow\nbarn\n")
    said = {"weights": "barns.safetensors", "labels": "labels.txt"}

    assert options(tmp_path, **said, positive={"barn": 1.0}).positive == {"barn": 1.0}
    with pytest.raises(ValidationError, match=r"'tench' is no class"):
        options(tmp_path, **said, positive={"tench": 1.0})


def test_labels_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    assert "none.txt cannot be read" in complaint(weights="random", labels="none.txt")


def test_labels_beside_a_model_that_brings_its_own_are_refused(tmp_path: Path) -> None:
    assert "leave it out" in complaint(labels="labels.txt")
