"""A torchvision ResNet to one ONNX file that gives logits and pooled features."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from models.cards import OPSET, ResNetCard
from models.converted_file import card_path
from models.export.onnx_file import EXAMPLE_BATCH, write_onnx
from models.export.self_check import drawn_pictures, worst_difference, worst_share
from models.export.weights_digest import digest_of
from models.preprocess import Picture, Recipe, prepare
from models.resnet50_bundle import FEATURES, LOGITS, ResNetBundle
from models.runtime import Runtime
from models.settings import ModelSettings
from models.vectors import softmax
from models.weights import sha256_of


class LogitsAndFeatures(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """A ResNet that also returns what its last layer sees, shape (n, d)."""

    def __init__(self, resnet: torch.nn.Module) -> None:
        super().__init__()
        *body, self.last = resnet.children()
        self.body = torch.nn.Sequential(*body)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits and features."""
        features = torch.flatten(self.body(image), 1)
        return self.last(features), features


def export_resnet50(
    module: torch.nn.Module,
    labels: Sequence[str],
    path: Path,
    *,
    source: str,
    recipe: Recipe,
    source_sha256: str | None = None,
    pictures: Sequence[Picture] = (),
) -> dict[str, float]:
    """Write `path` (an `.onnx`) and its card, once they agree with torch.

    Args:
        module: A ResNet with torchvision's structure (`conv1` ... `avgpool`, `fc`), on the CPU
            in float32; it is put into eval mode.
        labels: One name per class, in the order of the logits.
        path: Of the ONNX file.
        source: Where the weights come from, in words.
        recipe: How pictures become the model's input.
        source_sha256: Of the file the weights came from; default: of the weights in memory.
        pictures: To compare torch and ONNX on; default: drawn ones.

    Returns:
        The largest difference between torch and ONNX, by output.

    Raises:
        ValueError: The number of labels is not that of the classes.
        WeightsError: torch and ONNX do not agree. Nothing was written.
    """
    if len(labels) != module.fc.out_features:
        raise ValueError(f"{len(labels)} labels do not fit {module.fc.out_features} classes")
    module.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        write_onnx(
            LogitsAndFeatures(module),
            torch.zeros(EXAMPLE_BATCH, *recipe.shape),
            draft,
            input_name="image",
            output_names=[LOGITS, FEATURES],
        )
        card = ResNetCard(
            source=source,
            source_sha256=source_sha256 or digest_of(module),
            opset=OPSET,
            precision="fp32",
            image=recipe,
            labels=tuple(labels),
            features_dim=module.fc.in_features,
            files={file.name: sha256_of(file) for file in sorted(draft.parent.iterdir())},
        )
        bundle = ResNetBundle(draft, card)
        differences = check_resnet50(module, bundle, pictures or drawn_pictures())
        card.save(card_path(draft))
        for name in (*card.files, card_path(draft).name):  # the card last: it makes them valid
            (draft.parent / name).replace(path.parent / name)
    return differences


def check_resnet50(
    module: torch.nn.Module, bundle: ResNetBundle, pictures: Sequence[Picture]
) -> dict[str, float]:
    """Return the largest difference between torch and ONNX, by output.

    Raises:
        WeightsError: The file is no copy of the module.
    """
    images = prepare(pictures, bundle.card.image)
    logits, features = bundle.open(Runtime(ModelSettings(provider="cpu")), bundle.recipe).run(
        images
    )
    with torch.no_grad():
        batch = torch.from_numpy(images)
        expected = softmax(module(batch).numpy())
        pooled = LogitsAndFeatures(module)(batch)[1].numpy()
    return {
        "probabilities": worst_share(
            expected, softmax(logits), what="probabilities", path=bundle.path
        ),
        "features": worst_difference(pooled, features, what="features", path=bundle.path),
    }
