"""Voter `clip`: how much a picture looks like what the prompts say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ensembles.voter import Floats, Reading
from models.batches import BatchMemory
from models.cards import Conversion
from models.clip_bundle import CARD_FILE, EMBEDDING, IMAGE_FILE, ClipBundle, embed_prompts
from models.frames import Frame
from models.preprocess import Recipe
from models.pretrained import Differences, PretrainedOptions, Wanted
from models.runtime import Runtime, Session
from models.settings import ModelSettings
from models.vectors import unit_rows
from models.weight_source import SourceField
from models.zero_shot import PLACEHOLDER, prompt_rows, zero_shot_scores

# They read well around a word (`hiker`) and around a sentence (`a photo of a hiker`).
DEFAULT_TEMPLATES = ("{}", "{}, seen from above", "an aerial photograph: {}")


def _some_texts(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not texts or not all(text.strip() for text in texts):
        raise ValueError("at least one text is needed, and none may be empty")
    return texts


Texts = Annotated[tuple[str, ...], AfterValidator(_some_texts)]


class ClipOptions(PretrainedOptions):
    """What an ensemble file says of a CLIP voter."""

    model: str = Field(description="Architecture, as open_clip names it, such as `ViT-B-32`.")
    pretrained: SourceField = Field(
        description="A tag of open_clip, a safetensors or state-dict file, a prepared folder, or "
        "`random` (never trained: only to try things)."
    )
    positive: Texts = Field(description="Prompts that describe the target.")
    negative: Texts = Field(description="Prompts that describe all else that may be seen.")
    templates: Texts = Field(
        default=DEFAULT_TEMPLATES,
        description="Sentences around a prompt, which stands at `{}`; their mean is taken.",
    )
    logit_scale: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Factor of the cosines before the softmax; default: the model's own.",
    )

    @field_validator("templates")
    @classmethod
    def _have_a_place(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        for template in templates:
            if template.count(PLACEHOLDER) != 1:
                raise ValueError(f"{template!r} must hold {PLACEHOLDER} once, for the prompt")
        return templates

    @field_validator("negative")
    @classmethod
    def _contradict_nothing(
        cls, negative: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        for prompt in negative:
            if prompt in info.data.get("positive", ()):
                raise ValueError(f"{prompt!r} is a positive prompt too")
        return negative

    @property
    def wanted(self) -> Wanted:
        """Which CLIP is asked for."""
        return Wanted("clip", self.model, self.pretrained, self.precision)

    def bundle(self, settings: ModelSettings) -> ClipBundle:
        """Return the prepared model; see `PretrainedOptions.bundle`."""
        folder = self.wanted.place(settings.home)
        self.refuse_unconverted(folder / CARD_FILE)
        self.wanted.refuse_unprepared(folder / CARD_FILE)
        return ClipBundle.read(folder)

    @property
    def embedding_output(self) -> str:
        """The image tower's only one; see `Convertible.embedding_output`."""
        return EMBEDDING

    def network(self, settings: ModelSettings) -> Path:
        """Return where the image tower lies, or will lie; see `Convertible.network`."""
        return self.wanted.place(settings.home) / IMAGE_FILE

    def keep(self, made: Path, conversion: Conversion, settings: ModelSettings) -> None:
        """Put the converted image tower beside a copy of all else; see `Convertible.keep`.

        The text tower stays fp32: it reads a few prompts when the voter is loaded, and never again.
        """
        self.original.bundle(settings).copy_with_image_tower(
            made, self.wanted.place(settings.home), precision=self.precision, conversion=conversion
        )

    def export(self, settings: ModelSettings) -> Differences:
        """Export with open_clip; see `PretrainedOptions.export`."""
        from models.export.prepare_clip import prepare_clip  # noqa: PLC0415  # imports torch

        return prepare_clip(self.wanted, settings)

    def load(self, runtime: Runtime) -> "ClipVoter":
        """Return the voter with its prompts embedded; see `ModelOptions.load`."""
        bundle = self.bundle(runtime.settings)
        bundle.verify()
        self.refuse_stale(runtime.settings)
        self.warn_if_slow(runtime)
        embed = partial(embed_prompts, bundle.open_text_tower(runtime), bundle.open_tokenizer())
        return ClipVoter(
            bundle.open_image_tower(runtime),
            bundle.recipe,
            positive=prompt_rows(embed, self.positive, self.templates),
            negative=prompt_rows(embed, self.negative, self.templates),
            logit_scale=self.logit_scale or bundle.card.logit_scale,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ClipVoter:
    """Scores a frame by the softmax mass of the positive prompts.

    Args:
        session: The image tower: embeddings, shape (n, d), of any length.
        recipe: How the tower wants its pictures.
        positive: Embedded prompts, rows of length 1, shape (p, d).
        negative: The same, shape (q, d).
        logit_scale: Factor of the cosines before the softmax.
        memory: Of its batches.
    """

    session: Session
    recipe: Recipe
    positive: Floats
    negative: Floats
    logit_scale: float
    memory: BatchMemory = field(default_factory=BatchMemory)

    def read(self, views: Sequence[Frame]) -> Reading:
        """Return scores, and the embeddings of the views as rows of length 1."""
        with self.memory.prepared(views, self.recipe) as batch:
            (rows,) = self.session.run(batch)
        embeddings = unit_rows(rows)
        scores = zero_shot_scores(
            embeddings, self.positive, self.negative, logit_scale=self.logit_scale
        )
        return Reading(scores, embeddings)
