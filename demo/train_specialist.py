"""The specialist: a small convolutional network that looks for hikers at every place of a frame.

It learns from boxes where a hiker's middle is (as CenterNet does, arXiv 1904.07850), and says of
a frame what the likeliest place says: one number, hiker or not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import nn

from demo.cuts import Cut, Cutter
from demo.learning import MEAN, STD, Changes, Stage, as_tensor, run_stages
from demo.noise import Floats
from demo.things import TARGET
from demo.world import Example, read_pixels
from models.export.onnx_file import write_onnx
from models.preprocess import Recipe

RECIPE = Recipe(size=(288, 384), mean=(MEAN,) * 3, std=(STD,) * 3)
CELL_PX = 8
STAGES = (
    Stage(steps=2400, batch=48, side=96, rate=3e-3),
    Stage(steps=60, batch=12, side=None, rate=5e-4),
)
SMOKE_STAGES = (
    Stage(steps=2, batch=4, side=96, rate=1e-3),
    Stage(steps=1, batch=2, side=None, rate=1e-3),
)
CHANGES = Changes(light=0.2, colour=0.08)


class Residual(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Two 3 x 3 convolutions added to their input."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(channels, channels, dilation=dilation),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the sum."""
        return F.relu(x + self.body(x))


class Spotter(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Gives the logit of the likeliest place of each picture, (n, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_convolution(3, 16, kernel=5, stride=2),
            *_convolution(16, 32, stride=2),
            Residual(32),
            *_convolution(32, 64, stride=2),
            Residual(64),
            Residual(64, dilation=2),
        )
        self.head = nn.Conv2d(64, 1, 1)
        nn.init.constant_(self.head.bias, -4.0)

    def places(self, image: torch.Tensor) -> torch.Tensor:
        """Return the logit of every cell of 8 x 8 pixels, (n, h / 8, w / 8)."""
        return self.head(self.body(image))[:, 0]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return one logit per picture, (n, 1)."""
        return self.places(image).amax(dim=(1, 2))[:, None]


class EmbeddingSpotter(Spotter):
    """Gives, beside the logits, what the frames look like on the whole, (n, 64)."""

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return one logit and one embedding per picture."""
        seen = self.body(image)
        return self.head(seen).amax(dim=(2, 3)), seen.mean(dim=(2, 3))


def train_specialist(
    examples: list[Example],
    path: Path,
    *,
    seed: int,
    stages: tuple[Stage, ...] = STAGES,
    report: Callable[[str], None],
) -> Spotter:
    """Train on drawn frames and export to `path`, an ONNX file with one logit per picture."""
    model = learn_from_boxes(examples, RECIPE, seed=seed, stages=stages, report=report)
    export_specialist(model, path)
    return model


def learn_from_boxes(
    examples: list[Example],
    recipe: Recipe,
    *,
    seed: int,
    stages: tuple[Stage, ...],
    report: Callable[[str], None],
) -> Spotter:
    """Return a network that has learned from drawn frames, seen as the recipe says."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Spotter()
    model.to(memory_format=torch.channels_last)
    cutter = Cutter(examples, read_pixels(examples, recipe), seed=seed)

    def loss_of(cuts: list[Cut]) -> torch.Tensor:
        return place_loss(model.places(as_tensor(cuts, CHANGES, generator)), cuts)

    run_stages(model, stages, cutter, loss_of, report)
    return model


def export_specialist(model: Spotter, path: Path) -> None:
    """Write the ONNX file: input `image` (n, 3, 288, 384), output `logit` (n, 1)."""
    model.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_onnx(
        model, torch.zeros(2, *RECIPE.shape), path, input_name="image", output_names=["logit"]
    )


def place_loss(logits: torch.Tensor, cuts: list[Cut]) -> torch.Tensor:
    """Return the focal loss (arXiv 1708.02002) per target; cells next to one do not count."""
    truth, counts = (torch.from_numpy(part) for part in place_targets(cuts, logits.shape[1:]))
    chance = torch.sigmoid(logits)
    wrong = truth * (1 - chance) + (1 - truth) * chance
    losses = F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * wrong**2 * counts
    return losses.sum() / (truth.sum() + 1)


def place_targets(cuts: list[Cut], cells: torch.Size) -> tuple[Floats, Floats]:
    """Return where targets' middles are and which cells count, both float32 (n, rows, columns)."""
    truth = np.zeros((len(cuts), *cells), np.float32)
    counts = np.ones_like(truth)
    for row, cut in enumerate(cuts):
        for thing in cut.things:
            if thing.kind == TARGET:
                _mark(truth[row], counts[row], thing.box / np.float32(CELL_PX))
    return truth, counts


def _mark(truth: Floats, counts: Floats, box: Floats) -> None:
    rows, columns = truth.shape
    x, y = int((box[0] + box[2]) / 2), int((box[1] + box[3]) / 2)
    if not (0 <= x < columns and 0 <= y < rows):
        return
    counts[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] *= truth[
        max(0, y - 1) : y + 2, max(0, x - 1) : x + 2
    ]
    truth[y, x] = counts[y, x] = 1.0


def _convolution(
    inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, dilation: int = 1
) -> list[nn.Module]:
    padding = dilation * (kernel // 2)
    return [
        nn.Conv2d(
            inputs, outputs, kernel, stride=stride, padding=padding, dilation=dilation, bias=False
        ),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]
