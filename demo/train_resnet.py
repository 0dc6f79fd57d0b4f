"""The generalist: a thin ResNet50 that knows the everyday classes of this world.

Bottlenecks 3-4-6-3 as in torchvision, 12 channels where the original has 64, and the maximum of
the last layer instead of its mean: a hiker is less than a hundredth of a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torchvision.models.resnet import Bottleneck, ResNet

from demo.cuts import Cut, Cutter
from demo.learning import MEAN, STD, Changes, Stage, as_tensor, run_stages
from demo.world import Example, read_pixels
from models.export.resnet50 import export_resnet50
from models.preprocess import Recipe

RECIPE = Recipe(size=(240, 320), mean=(MEAN,) * 3, std=(STD,) * 3)
WIDTH = 12
FULL_WIDTH = 64
CLASSES: dict[str, str] = {
    "hiker": "person",
    "car": "car",
    "boat": "boat",
    "tent": "tent",
    "deer": "deer",
    "rock": "boulder",
    "bush": "shrub",
    "meadow": "meadow",
    "woodland": "forest",
    "coast": "beach",
    "mountain": "mountainside",
    "snowfield": "snowfield",
    "farmland": "farmland",
    "village": "village",
    "lakeside": "lakeside",
}
"""The class of each kind of thing and, for pictures without any, of each land."""
STAGES = (
    Stage(steps=2800, batch=64, side=48, rate=3e-3),
    Stage(steps=400, batch=48, side=96, rate=2e-3),
    Stage(steps=400, batch=16, side=None, rate=1e-3),
)
SMOKE_STAGES = (
    Stage(steps=2, batch=4, side=96, rate=1e-3),
    Stage(steps=1, batch=2, side=None, rate=1e-3),
)
CHANGES = Changes(light=0.15, colour=0.06, grey=0.15)


class ThinResNet50(ResNet):  # type: ignore[misc]  # torchvision is not followed
    """torchvision's ResNet50 with fewer channels and maximum pooling."""

    def __init__(self, classes: int) -> None:
        super().__init__(Bottleneck, [3, 4, 6, 3], num_classes=classes, zero_init_residual=True)
        self.avgpool = nn.AdaptiveMaxPool2d((1, 1))
        self.fc = nn.Linear(512 * WIDTH // FULL_WIDTH * Bottleneck.expansion, classes)

    def _make_layer(
        self,
        block: type[Bottleneck],
        planes: int,
        blocks: int,
        stride: int = 1,
        dilate: bool = False,
    ) -> nn.Sequential:
        if planes == FULL_WIDTH:  # the first layer: the stem before it is made thin, too
            self.inplanes = WIDTH
            self.conv1 = nn.Conv2d(3, WIDTH, kernel_size=7, stride=2, padding=3, bias=False)
            self.bn1 = nn.BatchNorm2d(WIDTH)
        return super()._make_layer(block, planes * WIDTH // FULL_WIDTH, blocks, stride, dilate)


def train_resnet(
    examples: list[Example],
    path: Path,
    *,
    seed: int,
    stages: tuple[Stage, ...] = STAGES,
    report: Callable[[str], None],
) -> ThinResNet50:
    """Train on drawn frames and export to `path`, with its card beside it."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = ThinResNet50(len(CLASSES))
    model.to(memory_format=torch.channels_last)
    cutter = Cutter(examples, read_pixels(examples, RECIPE), seed=seed)

    def loss_of(cuts: list[Cut]) -> torch.Tensor:
        logits = model(as_tensor(cuts, CHANGES, generator))
        return nn.functional.cross_entropy(logits, torch.stack([shares(cut) for cut in cuts]))

    run_stages(model, stages, cutter, loss_of, report)
    model.to(memory_format=torch.contiguous_format)
    export_resnet50(
        model,
        tuple(CLASSES.values()),
        path,
        source=f"skysift demo train, seed {seed}",
        recipe=RECIPE,
    )
    return model


def shares(cut: Cut) -> torch.Tensor:
    """Return what the softmax should say: equal shares for all kinds in sight, or the land."""
    kinds = {thing.kind for thing in cut.things} or {cut.land}
    return torch.tensor([(kind in kinds) / len(kinds) for kind in CLASSES])
