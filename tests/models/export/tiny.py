"""Small torch models with random weights, of the shapes that open_clip and torchvision use."""

import open_clip
import torch
from torchvision.models.resnet import Bottleneck, ResNet

from models.preprocess import Recipe

SIDE = 32
RECIPE = Recipe(size=SIDE, resize="shortest", interpolation="bicubic", mean=0.45, std=0.25)
VOCABULARY, CONTEXT = 49408, 77
"""Of CLIP's own tokenizer."""


def clip(*, seed: int = 0, vocabulary: int = VOCABULARY, context: int = CONTEXT) -> open_clip.CLIP:
    torch.manual_seed(seed)
    return open_clip.CLIP(
        16,
        vision_cfg={
            "image_size": SIDE,
            "patch_size": 8,
            "layers": 2,
            "width": 32,
            "head_width": 16,
        },
        text_cfg={
            "context_length": context,
            "vocab_size": vocabulary,
            "layers": 2,
            "width": 32,
            "heads": 2,
        },
    )


def resnet(*, classes: int = 5, seed: int = 0) -> ResNet:
    """A thin ResNet of bottlenecks whose batch norms are not all alike."""
    torch.manual_seed(seed)
    model = ResNet(Bottleneck, [1, 1, 1, 1], num_classes=classes, width_per_group=8)
    with torch.no_grad():
        model.train()(torch.rand(8, 3, SIDE, SIDE))
    return model
