"""The three networks as a program without Skysift runs them: Pillow, numpy, ONNX Runtime.

Every picture is decoded at its full size, once for all three, which is more than most services do.
The sessions have the options that cost least here: one thread per core, none of which spins.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from PIL import Image

from benchmarks.servers.handed import networks_file

Floats = npt.NDArray[np.float32]
Described = Mapping[str, Any]


class Network:
    """One network: from pictures to scores.

    Args:
        described: An entry of `networks.json`.
    """

    def __init__(self, described: Described) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            described["weights"], options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name
        self._head = HEADS[described["head"]]
        self._described = described

    def scores(self, pictures: Sequence[Image.Image]) -> list[float]:
        """Return one score per picture, in [0, 1]."""
        batch = np.stack([self.view(picture) for picture in pictures])
        return [float(score) for score in self.scores_of(batch)]

    def view(self, picture: Image.Image) -> Floats:
        """Return what the network takes of one picture, shape (3, h, w)."""
        return prepared(picture, self._described["recipe"])

    def scores_of(self, batch: Floats) -> Floats:
        """Return one score per view, float32, shape (n,)."""
        rows = self._session.run([self._output], {self._input: batch})[0]
        return np.asarray(self._head(rows, self._described), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ThreeNetworks:
    """All three, on the same decoded pictures."""

    networks: Mapping[str, Network]

    @classmethod
    def load(cls) -> "ThreeNetworks":
        """Load what `networks.json` describes."""
        return cls({name: Network(one) for name, one in described().items()})

    def scores(self, bodies: Sequence[bytes]) -> list[dict[str, float]]:
        """Return the scores by network of every encoded picture."""
        pictures = [decoded(body) for body in bodies]
        columns = {name: network.scores(pictures) for name, network in self.networks.items()}
        return [
            {name: column[row] for name, column in columns.items()} for row in range(len(bodies))
        ]


def decoded(body: bytes) -> Image.Image:
    """Return the picture in RGB, at its full size."""
    return Image.open(BytesIO(body)).convert("RGB")


def prepared(picture: Image.Image, recipe: Described) -> Floats:
    """Return what the network takes, shape (3, h, w): shorter side to size, centre, normalised."""
    side = recipe["size"][0]
    height, width = recipe["crop"] or recipe["size"]
    ratio = side / min(picture.size)
    sides = (int(picture.width * ratio), int(picture.height * ratio))
    small = picture.resize(sides, Image.Resampling[recipe["interpolation"].upper()])
    left, top = round((small.width - width) / 2), round((small.height - height) / 2)
    levels = np.asarray(small.crop((left, top, left + width, top + height)), dtype=np.float32)
    mean, std = np.asarray(recipe["mean"]), np.asarray(recipe["std"])
    return np.asarray((levels / recipe["scale"] - mean) / std, np.float32).transpose(2, 0, 1)


def _softmax_last(rows: Floats, _: Described) -> Floats:
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(powers[:, -1] / powers.sum(axis=1))


def _sigmoid(rows: Floats, _: Described) -> Floats:
    return np.asarray(1 / (1 + np.exp(-rows.reshape(len(rows)))))


def _zero_shot(rows: Floats, described: Described) -> Floats:
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    logits = described["scale"] * units @ np.asarray(described["rows"], np.float32).T
    return np.asarray(1 / (1 + np.exp(logits[:, 1] - logits[:, 0])))


HEADS = {"softmax": _softmax_last, "sigmoid": _sigmoid, "zero-shot": _zero_shot}


def described() -> Mapping[str, Described]:
    """Return the description of every network, by name."""
    text = Path(networks_file()).read_text(encoding="utf-8")
    found: Mapping[str, Described] = json.loads(text)["onnx"]
    return found
