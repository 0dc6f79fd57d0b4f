"""A prepared ResNet: `<name>.onnx`, and the card `<name>.json` beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ensembles.errors import WeightsError
from models.cards import ResNetCard
from models.converted_file import card_path
from models.preprocess import Recipe
from models.runtime import Runtime, Session
from models.tensors import Tensor
from models.weights import verify

LOGITS, FEATURES = "logits", "features"


@dataclass(frozen=True, slots=True)
class ResNetBundle:
    """An ONNX file and what its card says.

    Args:
        path: The ONNX file.
        card: What the model is; the checksums in it were not compared yet.
    """

    path: Path
    card: ResNetCard

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the model in an ONNX file.

        Raises:
            WeightsError: There is no card, it is no ResNet card, or of another file.
        """
        card = ResNetCard.read(card_path(path))
        if path.name not in card.files:
            raise WeightsError(f"{card_path(path)}: files: {path.name} is missing")
        return cls(path, card)

    @property
    def files(self) -> tuple[Path, ...]:
        """The card, and every file it lists."""
        return (card_path(self.path), *self.card.paths(self.path.parent))

    @property
    def recipe(self) -> Recipe:
        """How a picture becomes the network's input."""
        return self.card.image

    def verify(self) -> None:
        """Compare every file with its checksum.

        Raises:
            WeightsError: A file is missing or altered.
        """
        for name, checksum in self.card.files.items():
            verify(self.path.parent / name, checksum)

    def open(self, runtime: Runtime, recipe: Recipe) -> Session:
        """Return the network from pictures to logits (n, classes) and features (n, d).

        Args:
            runtime: Opens it.
            recipe: What pictures will be prepared with.

        Raises:
            WeightsError: The file cannot be opened, or takes pictures of another shape.
        """
        logits = Tensor((len(self.card.labels),), name=LOGITS)
        features = Tensor((self.card.features_dim,), name=FEATURES)
        takes = Tensor(recipe.shape, name="image", change="`input.size` or `input.crop`")
        return runtime.open(self.path, takes=takes, gives=[logits, features])
