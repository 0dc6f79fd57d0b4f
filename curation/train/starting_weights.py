"""What a network starts from: weights of torchvision's, a file, an earlier training, nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

from curation.train.backbones import (
    Backbone,
    Pool,
    last_layer,
    specialised,
    usual_weights,
)
from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from models.export.downloads import downloaded
from models.export.state_dict import load_strictly, read_state_dict
from models.export.weights_file import weights_file
from models.pretrained import Wanted
from models.settings import ModelSettings
from models.weight_source import Prepared, RandomWeights, Tag, WeightSource

HEAD = "head.weight"
BODY = "body."
"""How the tensors of a training's own file begin."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a training begins.

    Args:
        backbone: The network.
        pool: Over places.
        weights: What it starts from.
        settings: Where weights are cached, and whether they may be fetched.
    """

    backbone: Backbone
    pool: Pool
    weights: WeightSource
    settings: ModelSettings

    @property
    def learned_before(self) -> bool:
        """Whether it starts from weights that somebody trained."""
        return not isinstance(self.weights, RandomWeights)

    def identity(self) -> str:
        """Return what tells this start from others; raises `WeightsError` without the file."""
        if isinstance(self.weights, Prepared):
            raise TypeError("a prepared model cannot be trained on")
        return f"{self.backbone.name} {self.pool} {self.weights.identity()}"

    def network(self, *, seed: int) -> nn.Module:
        """Return the network with one logit, with these weights.

        Args:
            seed: Of what is random: everything, or the last layer only.

        Raises:
            WeightsError: The weights are missing, or of another network.
            ConfigError: There is no such tag.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if isinstance(self.weights, RandomWeights):
                return self._specialised(self.backbone.build(1))
            return self._with_weights(self.weights)

    def _with_weights(self, weights: WeightSource) -> nn.Module:
        path = weights_file(
            Wanted("specialist", self.backbone.name, weights, "fp32"),
            self.settings,
            lambda folder: downloaded(self._url(weights), folder),
            known_as=self._url(weights) if isinstance(weights, Tag) else str(weights),
        )
        if path is None:
            raise ValueError("random weights have no file")
        state = read_state_dict(path)
        if self.backbone.own or (HEAD in state and any(name.startswith(BODY) for name in state)):
            trained = self._specialised(self.backbone.build(1))
            load_strictly(_inside(trained, state), state, path=path)
            return trained
        network = self.backbone.build(_classes(self.backbone, state))
        load_strictly(network, state, path=path)
        return self._specialised(network)

    def _specialised(self, network: nn.Module) -> nn.Module:
        return specialised(self.backbone, network, self.pool)

    def _url(self, weights: WeightSource) -> str:
        if not isinstance(weights, Tag):
            return ""
        return str(usual_weights(self.backbone.name)[weights.name].url)


def started(
    backbone: Backbone, pool: Pool, weights: WeightSource, settings: ModelSettings
) -> Start:
    """Return how a training begins; `DEFAULT` becomes the tag that torchvision means by it.

    Raises:
        ConfigError: There is no such tag, or weights of this kind cannot be trained on.
    """
    if isinstance(weights, Prepared):
        raise ConfigError(f"--weights {weights}: must be .safetensors, .pt, .pth or .bin")
    if isinstance(weights, Tag):
        weights = _tag(backbone, weights)
    return Start(backbone, pool, weights, settings)


def _tag(backbone: Backbone, weights: Tag) -> Tag:
    if backbone.own:
        raise ConfigError(f"--weights {weights}: {backbone.name} has no tags; name a file")
    known = usual_weights(backbone.name)
    names = [*known.__members__]
    if weights.name not in names:
        raise ConfigError(
            f"--weights: {backbone.name} has no {weights.name!r}"
            f"{near_miss(weights.name, names)}; there are {', '.join(names)}, files and `random`"
        )
    return Tag(str(known[weights.name].name))


def _inside(trained: nn.Module, state: Mapping[str, torch.Tensor]) -> nn.Module:
    """Return what the tensors are named after: the wrapper, or the user's own network in it."""
    inner = getattr(trained, "network", None)
    return (
        inner if inner is not None and not any(n.startswith("network.") for n in state) else trained
    )


def _classes(backbone: Backbone, state: Mapping[str, torch.Tensor]) -> int:
    """Return how many classes the weights know; 1 when they do not say, and then do not fit."""
    name, _ = last_layer(backbone.build(1), backbone.name)
    rows = state.get(f"{name}.weight")
    return 1 if rows is None else len(rows)
