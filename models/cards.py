"""The card beside a prepared model: what it is, what it wants to see, and its checksums.

A card is JSON that a person can read. Nothing in a prepared model is ever unpickled.
"""

from pathlib import Path, PurePath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ensembles.errors import WeightsError
from models.precision import Precision
from models.preprocess import Recipe

OPSET = 18
"""Of the ONNX files we write: old enough for every runtime in use, new enough for
LayerNormalization as one node."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(gt=0)]


def _plain_file_name(name: str) -> str:
    """Refuse names that lead out of the folder the card lies in."""
    if name in {"", ".", ".."} or PurePath(name).name != name or "\\" in name:
        raise ValueError(f"{name!r} must be a file beside the card, without folders")
    return name


FileName = Annotated[str, AfterValidator(_plain_file_name)]


class Conversion(BaseModel):
    """What a network of fewer bits was made from, so that the same again can be made.

    Attributes:
        network_sha256: Of the float32 network.
        image: How the views were prepared.
        frames: How many of the user's frames its ranges were taken from.
        frames_sha256: Over their ids.
        seed: Chose them.
        made_with: The packages that did it, with their versions, and what the CPU can do.
        opset: Of the converted network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    network_sha256: Sha256
    image: Recipe
    frames: Positive
    frames_sha256: Sha256
    seed: int
    made_with: str
    opset: Positive


class Card(BaseModel):
    """What every card says.

    Attributes:
        source: Where the weights came from, in words: a tag, a file name, `random-0`.
        source_sha256: Of the weights that were exported.
        image: How a picture becomes the model's input.
        files: SHA-256 of every file that belongs to the model, by file name.
        conversion: How it came to its precision; None for fp32, as it was exported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    source_sha256: Sha256
    opset: Positive
    precision: Precision
    image: Recipe
    files: dict[FileName, Sha256]
    # Left out where there is none: cards of fp32 keep the bytes, and so the digest, they had.
    conversion: Conversion | None = Field(default=None, exclude_if=lambda made: made is None)

    def save(self, path: Path) -> None:
        """Write the card as JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the card in the file.

        Raises:
            WeightsError: It cannot be read, or it is not a card of this kind.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise WeightsError(f"{path}: {error.strerror}; the model is not prepared") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise WeightsError(
                f"{path}: {place}: {first['msg']}; prepare the model again"
            ) from None

    def paths(self, folder: Path) -> tuple[Path, ...]:
        """Return the files of the model that lies in `folder`."""
        return tuple(folder / name for name in sorted(self.files))


class ClipCard(Card):
    """`clip.json`: an image tower, a text tower and a tokenizer that belong together.

    Attributes:
        model: Name of the architecture, such as `ViT-B-32`.
        context_length: Tokens per prompt.
        logit_scale: What cosine similarities are multiplied by before the softmax.
        embed_dim: Length of an embedding.
    """

    format: Literal["skysift-clip-1"] = "skysift-clip-1"
    model: str
    context_length: Positive
    logit_scale: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    embed_dim: Positive


class ResNetCard(Card):
    """`<name>.json` beside `<name>.onnx`: a classifier and the names of its classes.

    Attributes:
        labels: One name per logit, in order.
        features_dim: Length of the pooled features.
    """

    format: Literal["skysift-resnet-1"] = "skysift-resnet-1"
    labels: tuple[str, ...]
    features_dim: Positive


class OnnxCard(Card):
    """`<name>.<precision>.json` beside a classifier of the user's own that was converted."""

    format: Literal["skysift-onnx-1"] = "skysift-onnx-1"
