"""Voter `resnet50`: classes of a classifier as evidence for the target."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ensembles.errors import WeightsError
from ensembles.local_path import LocalPath
from ensembles.voter import Floats, Reading
from models.batches import BatchMemory
from models.cards import Conversion
from models.class_evidence import evidence_scores, evidence_weights
from models.converted_file import card_path, keep_with_card
from models.frames import Frame
from models.preprocess import Recipe
from models.pretrained import Differences, PretrainedOptions, Wanted
from models.resnet50_bundle import FEATURES, ResNetBundle
from models.runtime import Runtime, Session
from models.settings import ModelSettings
from models.vectors import softmax, unit_rows
from models.weight_source import Prepared, SourceField, Tag, WeightSource
from models.weights import sha256_of

IMAGENET_CLASSES = Path(__file__).with_name("imagenet_classes.txt")
ONNX_FILE = "resnet50.onnx"
ARCHITECTURE = "resnet50"
"""torchvision's name; a prepared file may hold any ResNet."""

TAGS = ("IMAGENET1K_V1", "IMAGENET1K_V2")

Positive = dict[int | str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]


@cache
def imagenet_classes() -> tuple[str, ...]:
    """Return the 1000 ImageNet classes in the order of the logits, as torchvision names them."""
    return tuple(IMAGENET_CLASSES.read_text(encoding="utf-8").splitlines())


def _class_names(labels: Path | None) -> tuple[str, ...]:
    """Return the lines of a file of labels, or ImageNet's classes; raises `ValueError`."""
    if not labels:
        return imagenet_classes()
    try:
        lines = labels.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{labels} cannot be read: {error}") from None
    return tuple(line.strip() for line in lines if line.strip())


class ResNet50Options(PretrainedOptions):
    """What an ensemble file says of a ResNet50 voter."""

    weights: SourceField = Field(
        description="IMAGENET1K_V1 or IMAGENET1K_V2, a safetensors or state-dict file, a prepared "
        "`.onnx` file, or `random` (never trained: only to try things)."
    )
    labels: LocalPath | None = Field(
        default=None,
        description="File with one class a line, for weights of other classes than ImageNet's; "
        "a prepared file brings its own.",
    )
    positive: Positive = Field(
        description="Classes, by name or index, that speak for the target, and how strongly."
    )
    input: Recipe | None = Field(
        default=None, description="How the network wants its pictures; default: as it was trained."
    )
    embeddings: bool = Field(
        default=False, description="Whether to return the pooled features, as rows of length 1."
    )

    @field_validator("weights")
    @classmethod
    def _known(cls, weights: WeightSource) -> WeightSource:
        if isinstance(weights, Tag) and weights.name not in TAGS:
            raise ValueError(f"{weights} is none of {', '.join(TAGS)}, nor a file")
        return weights

    @field_validator("labels")
    @classmethod
    def _readable(cls, labels: Path | None, info: ValidationInfo) -> Path | None:
        weights = info.data.get("weights")
        if labels and isinstance(weights, Prepared | Tag):
            raise ValueError(f"leave it out: {weights} brings its own classes")
        _class_names(labels)
        return labels

    @field_validator("positive")
    @classmethod
    def _are_classes(cls, positive: Positive, info: ValidationInfo) -> Positive:
        if not positive:
            raise ValueError("at least one class is needed")
        known = info.data.keys() >= {"weights", "labels"}
        if known and not isinstance(info.data["weights"], Prepared):
            evidence_weights(positive, _class_names(info.data["labels"]))
        return positive

    @property
    def wanted(self) -> Wanted:
        """Which ResNet is asked for."""
        details = (f"labels sha256 {sha256_of(self.labels)}",) if self.labels else ()
        return Wanted("resnet50", ARCHITECTURE, self.weights, self.precision, details)

    def bundle(self, settings: ModelSettings) -> ResNetBundle:
        """Return the prepared model; see `PretrainedOptions.bundle`."""
        path = self.network(settings)
        self.refuse_unconverted(card_path(path))
        self.wanted.refuse_unprepared(card_path(path))
        return ResNetBundle.read(path)

    @property
    def embedding_output(self) -> str:
        """The pooled features; see `Convertible.embedding_output`."""
        return FEATURES

    def network(self, settings: ModelSettings) -> Path:
        """Return where the prepared file lies, or will lie; see `Convertible.network`."""
        place = self.wanted.place(settings.home)
        return place if place.suffix == ".onnx" else place / ONNX_FILE

    def export(self, settings: ModelSettings) -> Differences:
        """Export with torchvision; see `PretrainedOptions.export`."""
        from models.export.prepare_resnet50 import prepare_resnet50  # noqa: PLC0415  # imports torch

        return prepare_resnet50(
            self.wanted, _class_names(self.labels), self.network(settings), settings
        )

    def load(self, runtime: Runtime) -> "ResNetVoter":
        """Return the voter; see `ModelOptions.load`."""
        bundle = self.bundle(runtime.settings)
        bundle.verify()
        self.refuse_stale(runtime.settings)
        try:
            evidence = evidence_weights(self.positive, bundle.card.labels)
        except ValueError as error:
            raise WeightsError(f"{bundle.path}: positive: {error}") from None
        recipe = self.input or bundle.recipe
        self.warn_if_slow(runtime)
        return ResNetVoter(
            bundle.open(runtime, recipe), recipe, evidence, with_embeddings=self.embeddings
        )

    def recipe(self, settings: ModelSettings) -> Recipe:
        """Return how the network wants its pictures; see `Convertible.recipe`."""
        return self.input or self.bundle(settings).recipe

    def keep(self, made: Path, conversion: Conversion, settings: ModelSettings) -> None:
        """Put the converted network and its card into place; see `Convertible.keep`."""
        keep_with_card(
            made,
            self.network(settings),
            self.original.card(settings),
            precision=self.precision,
            conversion=conversion,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ResNetVoter:
    """Scores a frame by the weighted sum of its class probabilities, capped at 1.

    Args:
        session: Logits, shape (n, classes), and pooled features, shape (n, d).
        recipe: How the network wants its pictures.
        evidence: Weight of every class, shape (classes,).
        with_embeddings: Whether readings hold the features.
        memory: Of its batches.
    """

    session: Session
    recipe: Recipe
    evidence: Floats
    with_embeddings: bool
    memory: BatchMemory = field(default_factory=BatchMemory)

    def read(self, views: Sequence[Frame]) -> Reading:
        """Return one score per view, and perhaps the features as rows of length 1."""
        with self.memory.prepared(views, self.recipe) as batch:
            logits, features = self.session.run(batch)
        scores = evidence_scores(softmax(logits), self.evidence)
        return Reading(scores, unit_rows(features) if self.with_embeddings else None)
