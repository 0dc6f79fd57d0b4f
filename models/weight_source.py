"""Where the weights of a pretrained model come from, as an ensemble file says it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

from models.weights import find, sha256_of

STATE_DICT_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")
RANDOM = re.compile(r"random(?:-(\d{1,9}))?")
TAG = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Tag:
    """A name the model's library knows, such as `laion2b_s34b_b79k` or `IMAGENET1K_V2`."""

    name: str

    def identity(self) -> str:
        """Return what tells these weights from others; a tag is never moved by its library."""
        return f"tag {self.name}"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class StateDict:
    """A safetensors file, or a state dict that torch saved."""

    path: Path

    def identity(self) -> str:
        """Return what tells these weights from others.

        Raises:
            WeightsError: The file is missing or cannot be read.
        """
        remedy = "put a safetensors file or a state dict there"
        return f"sha256 {sha256_of(find(self.path, what='weights', remedy=remedy))}"

    def __str__(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class RandomWeights:
    """Weights that were never trained: for trying the machinery, never for deciding."""

    seed: int

    def identity(self) -> str:
        """Return what tells these weights from others."""
        return str(self)

    def __str__(self) -> str:
        return f"random-{self.seed}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model that was exported before: a folder, or an `.onnx` file with its card beside it."""

    path: Path

    def __str__(self) -> str:
        return self.path.name


Trained = Tag | StateDict | RandomWeights
WeightSource = Trained | Prepared


def weight_source(text: object, folder: Path = Path()) -> WeightSource:
    """Return the source that `text` names; paths are relative to `folder`.

    Raises:
        ValueError: It is neither a tag, nor `random`, nor a path.
    """
    if isinstance(text, Tag | StateDict | RandomWeights | Prepared):
        return text
    if not isinstance(text, str) or not text:
        raise ValueError("expected a tag, a path, or `random`")
    if match := RANDOM.fullmatch(text):
        return RandomWeights(int(match[1] or 0))
    if TAG.fullmatch(text):
        return Tag(text)
    path = (folder / Path(text).expanduser()).absolute()
    return StateDict(path) if path.suffix in STATE_DICT_SUFFIXES else Prepared(path)


def _beside_the_file(value: object, info: ValidationInfo) -> WeightSource:
    return weight_source(value, (info.context or {}).get("folder", Path()))


def _as_written(source: WeightSource) -> Path | str:
    return source.path if isinstance(source, StateDict | Prepared) else str(source)


# Files are written back as paths, which the ensemble's digest leaves out: their bytes count.
SourceField = Annotated[
    WeightSource, BeforeValidator(_beside_the_file), PlainSerializer(_as_written)
]
