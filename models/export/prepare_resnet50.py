"""ResNet50 as torchvision knows it: built, given its weights, exported."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torchvision.models import ResNet50_Weights, resnet50

from models.export.downloads import downloaded
from models.export.resnet50 import export_resnet50
from models.export.state_dict import load_strictly, read_state_dict
from models.export.weights_file import weights_file
from models.preprocess import Recipe
from models.pretrained import Differences, Wanted
from models.settings import ModelSettings
from models.weight_source import RandomWeights, Tag
from models.weights import sha256_of

DEFAULT_TAG = "IMAGENET1K_V1"
"""Whose preprocessing weights of one's own are taken to want: the usual one."""


def prepare_resnet50(
    wanted: Wanted, labels: Sequence[str], path: Path, settings: ModelSettings
) -> Differences:
    """Export the ResNet50 to `path`.

    Raises:
        WeightsError: Its weights are missing or unfit, or the export is no copy.
    """
    name = wanted.source.name if isinstance(wanted.source, Tag) else DEFAULT_TAG
    tag = ResNet50_Weights[name]
    weights = weights_file(
        wanted, settings, lambda folder: downloaded(tag.url, folder), known_as=tag.url
    )
    module = _built(wanted, len(labels))
    if weights:
        load_strictly(module, read_state_dict(weights), path=weights)
    return export_resnet50(
        module,
        labels,
        path,
        source=str(wanted.source),
        recipe=recipe_of(tag),
        source_sha256=sha256_of(weights) if weights else None,
    )


def recipe_of(tag: ResNet50_Weights) -> Recipe:
    """Return the recipe for the transforms that torchvision gives with the weights."""
    transforms = tag.transforms()
    return Recipe(
        size=transforms.resize_size[0],
        resize="shortest",
        crop=transforms.crop_size[0],
        interpolation=transforms.interpolation.value,
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
    )


def _built(wanted: Wanted, classes: int) -> torch.nn.Module:
    seed = wanted.source.seed if isinstance(wanted.source, RandomWeights) else 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return resnet50(num_classes=classes)
