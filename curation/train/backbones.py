"""Networks to train: any classifier of torchvision, or a class of one's own, with one logit."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Literal

import torch
import torchvision
from torch import nn

from ensembles.errors import ConfigError
from models.preprocess import Recipe

Pool = Literal["mean", "max"]

USUAL_SIZE = 224
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pictures that torchvision's weights were trained on."""


class Specialist(nn.Module):  # type: ignore[misc]  # torch is not followed: it is optional
    """A body that gives features, and a last layer that makes one logit of them.

    Args:
        body: Gives features, shape (n, width).
        width: Of the features.
    """

    def __init__(self, body: nn.Module, width: int) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(width, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits, shape (n, 1), and the features, shape (n, width)."""
        features = self.body(image)
        return self.head(features), features


class Own(nn.Module):  # type: ignore[misc]  # the same
    """A network of one's own: gives logits, shape (n, 1), or these and features, shape (n, d)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the logits, and the features if there are any."""
        given = self.network(image)
        return (given,) if isinstance(given, torch.Tensor) else tuple(given)


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network that can be built.

    Args:
        name: As the user said it, in torchvision's spelling.
        build: Returns it with so many classes, of random weights.
        own: Whether it is a class of the user's own.
    """

    name: str
    build: Callable[[int], nn.Module]
    own: bool = False

    def recipe(self, size: tuple[int, int] | None) -> Recipe:
        """Return how it wants its pictures.

        They are squashed, never cropped: what is cut off is never found.

        Args:
            size: Height and width, pixels; None for the usual one.
        """
        return Recipe(size=size or (USUAL_SIZE, USUAL_SIZE), mean=IMAGENET_MEAN, std=IMAGENET_STD)


def backbone_named(name: str) -> Backbone:
    """Return the backbone called so: torchvision's name, or `package.module:Class`.

    Raises:
        ConfigError: There is none; names those that are spelled alike.
    """
    if ":" in name:
        return Backbone(name, _own(name), own=True)
    known = {listed.replace("_", ""): listed for listed in _classifiers()}
    if (found := known.get(name.replace("_", "").replace("-", "").lower())) is None:
        close = get_close_matches(name, known.values())
        hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ConfigError(
            f"--backbone: there is no {name!r}{hint} Known are torchvision's classifiers (such as "
            "mobilenet_v3_small, resnet18, efficientnet_b0), `probe:VOTER` and "
            "`package.module:Class` of your own"
        )
    return Backbone(found, lambda classes: _built(found, classes))


def specialised(backbone: Backbone, network: nn.Module, pool: Pool) -> nn.Module:
    """Return the network with one logit in place of its classes.

    Args:
        backbone: Which it is.
        network: As `Backbone.build` gave it, perhaps with weights.
        pool: What becomes of the last layer's places: their mean, as torchvision has it, or their
            maximum, which finds what is small in a large frame.

    Raises:
        ConfigError: Its last layer is not one that can be replaced.
    """
    if backbone.own:
        return Own(network)
    if pool == "max":
        _pool_by_maximum(network, backbone.name)
    name, last = last_layer(network, backbone.name)
    parent = network.get_submodule(name.rpartition(".")[0])
    setattr(parent, name.rpartition(".")[2], nn.Identity())
    return Specialist(network, last.in_features)


def last_layer(network: nn.Module, name: str) -> tuple[str, nn.Linear]:
    """Return the layer that gives the classes, and its name.

    Raises:
        ConfigError: The last layer is no linear one.
    """
    layers = [(place, module) for place, module in network.named_modules() if _has_weights(module)]
    place, last = layers[-1]
    if not isinstance(last, nn.Linear):
        raise ConfigError(
            f"--backbone {name}: its last layer is {type(last).__name__}, no linear one"
        )
    return place, last


def usual_weights(name: str) -> Any:  # noqa: ANN401  # an enum of torchvision's
    """Return the weights that torchvision has for one of its classifiers; its default is first."""
    return torchvision.models.get_model_weights(name)


def _classifiers() -> list[str]:
    return list(torchvision.models.list_models(module=torchvision.models))


def _built(name: str, classes: int) -> nn.Module:
    return torchvision.models.get_model(name, weights=None, num_classes=classes)


def _own(name: str) -> Callable[[int], nn.Module]:
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"--backbone {name}: cannot be imported: {error}") from error
    return lambda _: found()


def _pool_by_maximum(network: nn.Module, name: str) -> None:
    if not isinstance(getattr(network, "avgpool", None), nn.AdaptiveAvgPool2d):
        raise ConfigError(f"--pool max: {name} has no mean over places to replace")
    network.avgpool = nn.AdaptiveMaxPool2d(1)


def _has_weights(module: nn.Module) -> bool:
    return any(True for _ in module.parameters(recurse=False))
