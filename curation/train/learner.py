"""What can be learned and shipped: a network that is trained, or a probe on embeddings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from curation.train.examples import Examples, Indices
from curation.train.pictures import Pictures, Tell
from ensembles.voter import Floats
from models.preprocess import Recipe

LOGIT = "logit"
"""The output of every file that is written: one number a picture, to be put through a sigmoid."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is to be learned from what.

    Args:
        examples: All of them; pictures that could not be read are in neither of the two.
        training: Learned from.
        validation: Say when to stop, or how much to smooth.
        work: Folder for what must survive a kill.
        resume: Go on with what is there.
    """

    examples: Examples
    training: Indices
    validation: Indices
    work: Path
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """An ONNX file, and what a person or a card wants to know of it.

    Args:
        differences: Largest difference to what was trained, by output.
        source_sha256: Of the weights.
        opset: Of the file.
        embedding_name: The output that holds an embedding; empty when there is none.
        beside: Other files that were written.
    """

    differences: Mapping[str, float]
    source_sha256: str
    opset: int
    embedding_name: str = ""
    beside: tuple[Path, ...] = ()


class Trained(Protocol):
    """What has learned."""

    @property
    def story(self) -> Mapping[str, float]:
        """How the training went, such as the number of epochs; for the card."""
        ...

    def scores(self, frames: Indices) -> Floats:
        """Return one score in [0, 1] per frame, as the ONNX file will give it."""
        ...

    def write(self, path: Path) -> Written:
        """Write an ONNX file that agrees with what was trained.

        Raises:
            WeightsError: It does not agree. Nothing was written.
        """
        ...


class Learner(Protocol):
    """What can learn."""

    @property
    def name(self) -> str:
        """Such as `mobilenet_v3_small` or `probe:clip`."""
        ...

    @property
    def source(self) -> str:
        """What it starts from, in words."""
        ...

    @property
    def identity(self) -> str:
        """All that decides what comes out, the examples apart."""
        ...

    @property
    def recipe(self) -> Recipe:
        """How it wants its pictures."""
        ...

    def see(self, examples: Examples, pictures: Pictures, tell: Tell) -> None:
        """Take the pictures of all examples, prepared by the recipe."""
        ...

    def learn(self, task: Task, tell: Tell) -> Trained:
        """Return what was learned from the task's frames.

        Raises:
            SkysiftError: Nothing can be learned, or an earlier run was of something else.
        """
        ...
