"""A linear probe: one layer on the embeddings of a voter that is prepared already.

With few labels it often beats a network that is trained, and it takes seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from curation.probe import fitted_probe
from curation.train.average_precision import average_precision
from curation.train.examples import Bools, Examples, Indices
from curation.train.learner import Task, Written
from curation.train.pictures import Pictures, Tell
from curation.train.probe_file import write_probe
from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from ensembles.voter import Floats
from models.catalog import options_of
from models.convertible import Convertible
from models.onnx_outputs import OUTPUTS
from models.preprocess import Recipe, write_levels
from models.runtime import Runtime
from models.settings import ModelSettings
from models.tensors import Tensor
from models.vectors import unit_rows
from models.weights import sha256_of

STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
"""Inverse strengths of the L2 penalty that are tried; the validation frames choose."""

VIEWS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Encoder:
    """The network of a voter, as far as its embedding.

    Args:
        voter: Its name.
        network: The ONNX file.
        embedding_name: Which output holds it.
        recipe: How it wants its pictures.
    """

    voter: str
    network: Path
    embedding_name: str
    recipe: Recipe


def encoder_of(config: EnsembleConfig, voter: str, settings: ModelSettings) -> Encoder:
    """Return the encoder of a voter in an ensemble file.

    Raises:
        ConfigError: There is no such voter, or it gives no embedding.
        WeightsError: It was not prepared.
    """
    known = {each.name: each for each in config.voters}
    if voter not in known:
        raise ConfigError(
            f"--backbone probe:{voter}: there is no such voter{near_miss(voter, known)}; the "
            f"ensemble file has {', '.join(known)}"
        )
    options = options_of(known[voter])
    if not isinstance(options, Convertible) or not options.original.embedding_output:
        raise ConfigError(
            f"--backbone probe:{voter}: this voter gives no embedding; a voter of kind clip or "
            "resnet50 does, and one of kind onnx that has an `embedding_name`"
        )
    options = options.original
    options.artifacts(settings)  # says what is missing
    return Encoder(
        voter, options.network(settings), options.embedding_output, options.recipe(settings)
    )


class ProbeLearner:
    """Learns one linear layer on an encoder's embeddings.

    Args:
        encoder: Gives them.
        settings: Where and how it runs.
    """

    def __init__(self, encoder: Encoder, settings: ModelSettings) -> None:
        self._encoder = encoder
        self._settings = settings
        self._rows: Floats | None = None

    @property
    def name(self) -> str:
        """As the user said it."""
        return f"probe:{self._encoder.voter}"

    @property
    def source(self) -> str:
        """Whose embeddings it stands on."""
        return f"linear probe on {self._encoder.network.name} of voter {self._encoder.voter!r}"

    @property
    def identity(self) -> str:
        """All that decides what comes out, the examples apart."""
        said = (sha256_of(self._encoder.network), self._encoder.embedding_name, STRENGTHS)
        return sha256(repr((said, self.recipe.model_dump())).encode()).hexdigest()

    @property
    def recipe(self) -> Recipe:
        """The encoder's own."""
        return self._encoder.recipe

    def see(self, examples: Examples, pictures: Pictures, tell: Tell) -> None:
        """Embed all pictures, once."""
        session = Runtime(self._settings).open(
            self._encoder.network,
            takes=Tensor(self.recipe.shape, change="`input`"),
            gives=[Tensor((None,), name=self._encoder.embedding_name)],
        )
        rows = []
        for start in range(0, len(examples), VIEWS_AT_ONCE):
            pixels = pictures.pixels[start : start + VIEWS_AT_ONCE]
            batch = np.empty((len(pixels), *self.recipe.shape), dtype=np.float32)
            write_levels(pixels, self.recipe, batch)
            rows.append(session.run(batch)[0])
            tell("pictures embedded", start + len(pixels), len(examples))
        # A picture that is all black may have no direction; it is nowhere, not unknown.
        self._rows = np.nan_to_num(unit_rows(np.concatenate(rows)))

    def learn(self, task: Task, tell: Tell) -> "TrainedProbe":  # noqa: ARG002 - it takes no time
        """Return the layer whose smoothing does best on the validation frames."""
        if self._rows is None:
            raise ValueError("it has seen no pictures")
        positive = task.examples.positive
        tried = [
            (strength, *_fitted(self._rows[task.training], positive[task.training], strength))
            for strength in STRENGTHS
        ]
        aps = [
            average_precision(positive[task.validation], self._rows[task.validation] @ weights)
            for _, weights, _ in tried
        ]
        strength, weights, bias = tried[int(np.argmax(aps))]
        return TrainedProbe(self._encoder, self._rows, weights, bias, strength, self._settings)


@dataclass(frozen=True, slots=True, eq=False)
class TrainedProbe:
    """A layer that was learned.

    Args:
        encoder: Below it.
        rows: Embeddings of all examples, of length 1, shape (n, d).
        weights: Shape (d,), float32.
        bias: Added.
        strength: Inverse of the penalty.
        settings: Where the file is checked.
    """

    encoder: Encoder
    rows: Floats = field(repr=False)
    weights: Floats
    bias: float
    strength: float
    settings: ModelSettings

    @property
    def story(self) -> Mapping[str, float]:
        """How much it was smoothed, and how many numbers were learned."""
        return {"inverse_penalty": self.strength, "parameters": len(self.weights) + 1}

    def scores(self, frames: Indices) -> Floats:
        """Return one score in [0, 1] per frame."""
        logits = self.rows[frames] @ self.weights + np.float32(self.bias)
        return OUTPUTS["sigmoid"](logits.astype(np.float32))

    def write(self, path: Path) -> Written:
        """Write encoder and layer as one ONNX file.

        Raises:
            WeightsError: It cannot be written, or does not say what was trained.
        """
        return write_probe(
            self.encoder.network,
            path,
            embedding_name=self.encoder.embedding_name,
            recipe=self.encoder.recipe,
            weights=self.weights,
            bias=self.bias,
        )


def _fitted(rows: Floats, positive: Bools, strength: float) -> tuple[Floats, float]:
    """Return weights for unit rows, float32 (d,), and a bias; both classes weigh the same."""
    scaler, model = fitted_probe(rows, positive.astype(np.int64), balanced=True, strength=strength)
    weights = model.coef_[0] / scaler.scale_
    bias = model.intercept_[0] - scaler.mean_ @ weights
    return np.asarray(weights, dtype=np.float32), float(bias)
