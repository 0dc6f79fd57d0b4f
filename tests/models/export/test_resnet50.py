from pathlib import Path

import pytest
import torch

from ensembles.errors import WeightsError
from models.export import resnet50 as exporter
from models.export.prepare_resnet50 import recipe_of
from models.export.resnet50 import check_resnet50, export_resnet50
from models.export.self_check import TOLERANCE, drawn_pictures
from models.resnet50 import ResNet50Options, imagenet_classes
from models.resnet50_bundle import ResNetBundle
from models.runtime import Runtime
from models.settings import ModelSettings
from tests.models.export.tiny import RECIPE, resnet

pytestmark = pytest.mark.pretrained

LABELS = ("hiker", "car", "boat", "tent", "deer")


def exported(path: Path, *, seed: int = 0) -> ResNetBundle:
    export_resnet50(resnet(seed=seed), LABELS, path, source="random-0", recipe=RECIPE)
    return ResNetBundle.read(path)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ResNetBundle:
    return exported(tmp_path_factory.mktemp("weights") / "thin.onnx")


def test_probabilities_and_features_are_torchs(bundle: ResNetBundle) -> None:
    differences = check_resnet50(resnet().eval(), bundle, drawn_pictures(9, seed=7))

    assert differences.keys() == {"probabilities", "features"}
    assert max(differences.values()) < TOLERANCE / 10


def test_the_card_lies_beside_and_names_the_classes(bundle: ResNetBundle) -> None:
    bundle.verify()

    assert [path.name for path in bundle.files] == ["thin.json", "thin.onnx"]
    assert bundle.card.labels == LABELS


def test_the_file_votes(bundle: ResNetBundle) -> None:
    options = ResNet50Options.model_validate(
        {"weights": str(bundle.path), "positive": {"hiker": 1.0}, "embeddings": True}
    )

    reading = options.load(Runtime(ModelSettings(threads=1))).read(drawn_pictures(3))

    assert len(reading) == 3
    assert reading.embeddings is not None
    assert reading.embeddings.shape[1] == bundle.card.features_dim


def test_labels_must_fit_the_classes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 labels do not fit 5 classes"):
        export_resnet50(resnet(), ["a", "b"], tmp_path / "a.onnx", source="random-0", recipe=RECIPE)


def test_a_broken_export_is_caught_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Skipping(exporter.LogitsAndFeatures):
        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            logits, features = super().forward(image)
            return 1.5 * logits, features

    monkeypatch.setattr(exporter, "LogitsAndFeatures", Skipping)

    with pytest.raises(WeightsError, match="the export is no copy of the model: probabilities"):
        exported(tmp_path / "thin.onnx")

    assert list(tmp_path.iterdir()) == []


def test_the_class_names_are_torchvisions() -> None:
    from torchvision.models import ResNet50_Weights  # noqa: PLC0415 - for this test alone

    assert list(imagenet_classes()) == ResNet50_Weights.IMAGENET1K_V2.meta["categories"]


@pytest.mark.parametrize(("tag", "resized"), [("IMAGENET1K_V1", 256), ("IMAGENET1K_V2", 232)])
def test_each_tag_is_prepared_as_it_was_trained(tag: str, resized: int) -> None:
    from torchvision.models import ResNet50_Weights  # noqa: PLC0415

    recipe = recipe_of(ResNet50_Weights[tag])

    assert (recipe.size, recipe.crop) == ((resized, resized), (224, 224))
    assert recipe.interpolation == "bilinear"
