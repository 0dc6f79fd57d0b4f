"""Voter `onnx`: a classifier of one's own, whatever it was trained with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from ensembles.errors import WeightsError
from ensembles.local_path import LocalPath
from ensembles.mistakes import near_miss
from ensembles.voter import Reading
from models.batches import BatchMemory
from models.cards import Conversion, OnnxCard
from models.converted_file import card_path, keep_with_card
from models.convertible import Convertible
from models.frames import Frame
from models.onnx_files import external_files
from models.onnx_outputs import ONE_NUMBER, OUTPUTS, OutputKind, as_rows, look_like_shares
from models.precision import Precision, beside
from models.preprocess import Recipe, prepare
from models.runtime import Runtime, Session
from models.settings import ModelSettings
from models.tensors import Tensor
from models.vectors import unit_rows
from models.weights import sha256_of, verify


class OnnxOptions(Convertible):
    """What an ensemble file says of an ONNX classifier."""

    # Left out of the digest where it says nothing new: certificates from before it was an option
    # stay valid.
    precision: Precision = Field(
        default="fp32",
        description=Convertible.model_fields["precision"].description,
        exclude_if=lambda precision: precision == "fp32",
    )

    weights: LocalPath = Field(description="The ONNX file.")
    labels: tuple[str, ...] = Field(
        default=(), description="Names of the classes, in the order of the network's output."
    )
    positive: tuple[str, ...] = Field(
        default=(), description="Labels that are the target; their probabilities are added up."
    )
    input: Recipe = Field(description="How the network wants its pictures.")
    output: OutputKind = Field(
        default="probabilities",
        description="probabilities or logits: one number per label. probability or sigmoid (to "
        "which a sigmoid is still to be applied): one number, the score.",
    )
    output_name: str = Field(
        default="", description="Which output holds it; needed only when there are several."
    )
    embedding_name: str = Field(
        default="", description="Which output holds an embedding, shape n x d; default: none."
    )

    @field_validator("labels")
    @classmethod
    def _differ(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"{twice[0]!r} stands twice")
        return labels

    @field_validator("positive")
    @classmethod
    def _are_labels(cls, positive: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        labels = info.data.get("labels", ())
        for label in positive if labels else ():
            if label not in labels:
                raise ValueError(
                    f"{label!r} is none of the labels{near_miss(label, labels)}; "
                    f"they are {', '.join(labels)}"
                )
        return positive

    @model_validator(mode="after")
    def _output_fits_labels(self) -> Self:
        if self.output in ONE_NUMBER and (self.labels or self.positive):
            raise ValueError(
                f"output: {self.output} is one number, the score itself: leave out `labels` and "
                "`positive`, or say `output: probabilities`"
            )
        if self.output not in ONE_NUMBER and not (self.labels and self.positive):
            raise ValueError(f"output: {self.output} needs `labels` and `positive`")
        return self

    def view_px(self, settings: ModelSettings) -> int:  # noqa: ARG002 - the file says it
        """Return the shorter side, in pixels, from which a frame is only ever shrunk."""
        return self.input.view_px

    @property
    def embedding_output(self) -> str:
        """What the file says; see `Convertible.embedding_output`."""
        return self.embedding_name

    def network(self, settings: ModelSettings) -> Path:  # noqa: ARG002 - beside the file, not in the cache
        """Return where the ONNX file lies, or its converted form; see `Convertible.network`."""
        return beside(self.weights, self.precision)

    def recipe(self, settings: ModelSettings) -> Recipe:  # noqa: ARG002 - the file says it
        """Return how the network wants its pictures."""
        return self.input

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:
        """Return the ONNX file and the files it reads its weights from, or the converted form."""
        network = self.network(settings)
        if self.precision != "fp32":
            return (card_path(network), *self.card(settings).paths(network.parent))
        return (network, *external_files(network))

    def card(self, settings: ModelSettings) -> OnnxCard:
        """Return the card of the converted network; see `Convertible.card`."""
        path = card_path(self.network(settings))
        self.refuse_unconverted(path)
        return OnnxCard.read(path)

    def keep(self, made: Path, conversion: Conversion, settings: ModelSettings) -> None:
        """Put the converted network and its card beside the weights; see `Convertible.keep`."""
        described = OnnxCard(
            source=self.weights.name,
            source_sha256=conversion.network_sha256,
            opset=conversion.opset,
            precision=self.precision,
            image=self.input,
            files={},
        )
        network = self.network(settings)
        keep_with_card(made, network, described, precision=self.precision, conversion=conversion)

    def load(self, runtime: Runtime) -> "OnnxClassifier":
        """Return the voter; see `ModelOptions.load`."""
        self._refuse_altered(runtime.settings)
        self.warn_if_slow(runtime)
        network = self.network(runtime.settings)
        session = runtime.open(network, takes=self._takes(), gives=self._gives())
        voter = OnnxClassifier(session, self.input, self.output, self._columns())
        _refuse_other_numbers(voter, self)
        return voter

    def _refuse_altered(self, settings: ModelSettings) -> None:
        """Refuse a converted network that is not the one its card vouches for.

        Raises:
            WeightsError: It was altered, or made from other weights than lie there now.
        """
        if self.precision == "fp32":
            return
        self.refuse_stale(settings)
        network, card = self.network(settings), self.card(settings)
        verify(network, card.files.get(network.name, ""))
        if self.weights.is_file() and sha256_of(self.weights) != card.source_sha256:
            raise WeightsError(f"{network}: was made from other weights than {self.weights}")

    def _takes(self) -> Tensor:
        return Tensor(self.input.shape, change="`input.size`, `input.crop` or `input.layout`")

    def _gives(self) -> list[Tensor]:
        scores = Tensor(
            (1,) if self.output in ONE_NUMBER else (len(self.labels),),
            name=self.output_name,
            change="`labels`, `output` or `output_name`",
        )
        embedding = Tensor((None,), name=self.embedding_name, change="`embedding_name`")
        return [scores, embedding] if self.embedding_name else [scores]

    def _columns(self) -> tuple[int, ...]:
        return tuple(self.labels.index(label) for label in dict.fromkeys(self.positive)) or (0,)


@dataclass(frozen=True, slots=True)
class OnnxClassifier:
    """Scores a frame by the summed probability of the positive labels, capped at 1.

    Args:
        session: Gives numbers per label, shape (n, labels), and perhaps embeddings, (n, d).
        recipe: How the network wants its pictures.
        output: What the numbers are.
        columns: Which of them are the target's.
        memory: Of its batches.
    """

    session: Session
    recipe: Recipe
    output: OutputKind
    columns: tuple[int, ...]
    memory: BatchMemory = field(default_factory=BatchMemory)

    def read(self, views: Sequence[Frame]) -> Reading:
        """Return one score per view, and embeddings if the network gives them."""
        with self.memory.prepared(views, self.recipe) as batch:
            numbers, *embeddings = self.session.run(batch)
        shares = OUTPUTS[self.output](as_rows(numbers))
        scores = shares[:, self.columns].sum(axis=1, dtype=np.float32)
        return Reading(
            np.minimum(scores, np.float32(1)),
            unit_rows(as_rows(embeddings[0])) if embeddings else None,
        )


def _refuse_other_numbers(voter: OnnxClassifier, options: OnnxOptions) -> None:
    """Look at the numbers for a few plain pictures: a wrong `output` would be wrong in silence."""
    raw = as_rows(voter.session.run(prepare(_plain_frames(), voter.recipe))[0])
    try:
        OUTPUTS[voter.output](raw)
    except ValueError as error:
        remedy = "sigmoid" if options.output in ONE_NUMBER else "logits"
        raise WeightsError(
            f"{options.weights}: output: {options.output}, but {error}; is it `output: {remedy}`?"
        ) from error
    if voter.output == "logits" and look_like_shares(raw):
        raise WeightsError(
            f"{options.weights}: output: logits, but the numbers are probabilities already: each "
            "row adds up to 1; say `output: probabilities`"
        )


def _plain_frames() -> list[Frame]:
    black = np.zeros((64, 64, 3), dtype=np.uint8)
    slope = np.broadcast_to(np.arange(0, 256, 4, dtype=np.uint8)[:, None, None], black.shape)
    return [Frame.of_pixels(pixels) for pixels in (black, slope, 255 - black)]
