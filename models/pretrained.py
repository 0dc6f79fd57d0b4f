"""What voters share whose model is exported once and then served from the cache."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ensembles.errors import WeightsError
from models.cards import OPSET, Card
from models.convertible import Convertible
from models.precision import Precision, beside
from models.preprocess import Recipe
from models.settings import ModelSettings
from models.weight_source import Prepared, WeightSource
from models.weights import prepared_folder

Differences = dict[str, float]
"""Largest difference between torch and ONNX on the pictures of the check, by output."""


class Bundle(Protocol):
    """A prepared model as it lies on the disk."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The card and every file that belongs to the model."""
        ...

    @property
    def recipe(self) -> Recipe:
        """How a picture becomes the model's input."""
        ...

    @property
    def card(self) -> Card:
        """What it is."""
        ...

    def verify(self) -> None:
        """Compare every file with its checksum; raises `WeightsError`."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pretrained model an ensemble file asks for.

    Args:
        kind: Of the voter; also its folder in the cache.
        architecture: Such as `ViT-B-32`.
        source: Where the weights come from.
        precision: Numbers of the exported network.
        details: What else makes the prepared file what it is.
    """

    kind: str
    architecture: str
    source: WeightSource
    precision: Precision
    details: tuple[str, ...] = ()

    def place(self, home: Path) -> Path:
        """Return where the prepared model lies, or will lie.

        Raises:
            WeightsError: The weights are a file that cannot be read.
        """
        if isinstance(self.source, Prepared):
            return beside(self.source.path, self.precision)
        identity = (
            self.architecture,
            self.source.identity(),
            f"opset {OPSET}",
            self.precision,
            *self.details,
        )
        return prepared_folder(home, self.kind, f"{self.architecture} {self.source}", identity)

    def refuse_unprepared(self, card: Path) -> None:
        """Refuse to go on without the card of the prepared model.

        Raises:
            WeightsError: Saying what to run, or which folder to put where.
        """
        if card.is_file():
            return
        if isinstance(self.source, Prepared):
            raise WeightsError(f"{card}: there is no such file; put the prepared model there")
        raise WeightsError(
            f"{self} is not prepared ({card} is missing): run `skysift models prepare` on this "
            f"ensemble file, or copy the folder {card.parent} from a machine where that was done"
        )

    def __str__(self) -> str:
        return f"{self.architecture} with weights {self.source}"


class PretrainedOptions(Convertible):
    """Options of a model that torch knows and ONNX Runtime serves."""

    @property
    @abstractmethod
    def wanted(self) -> Wanted:
        """Which model is asked for."""

    @abstractmethod
    def bundle(self, settings: ModelSettings) -> Bundle:
        """Return the prepared model.

        Raises:
            WeightsError: It was not prepared, or its card cannot be read.
        """

    @abstractmethod
    def export(self, settings: ModelSettings) -> Differences:
        """Load the weights with torch and write the bundle to its place in the cache.

        Raises:
            WeightsError: torch or the weights are missing or unfit, or the export is no copy.
        """

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:
        """Return the card and the files of the prepared model; see `ModelOptions.artifacts`."""
        return self.bundle(settings).files

    def card(self, settings: ModelSettings) -> Card:
        """Return the card of the prepared model; see `Convertible.card`."""
        return self.bundle(settings).card

    def recipe(self, settings: ModelSettings) -> Recipe:
        """Return how the network wants its pictures; see `Convertible.recipe`."""
        return self.bundle(settings).recipe

    def view_px(self, settings: ModelSettings) -> int:
        """Return the shorter side, in pixels, from which a frame is only ever shrunk."""
        return self.recipe(settings).view_px
