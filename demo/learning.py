"""What the three trainings share: batches from cuts, changes of light and colour, the schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from demo.cuts import Cut, Cutter

MEAN = 0.45
STD = 0.22
"""Of pictures as the models see them, levels 0 to 1; the recipes say the same."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Part of a training: batches of square cuts of `side` pixels, of whole frames when None."""

    steps: int
    batch: int
    side: int | None
    rate: float


@dataclass(frozen=True, slots=True)
class Changes:
    """How far pictures are changed while training; grey is the share that loses its colour."""

    light: float = 0.25
    colour: float = 0.1
    grey: float = 0.0
    noise: float = 0.015


def batches(cutter: Cutter, stage: Stage) -> Iterator[list[Cut]]:
    """Yield the stage's batches."""
    for _ in range(stage.steps):
        yield (
            cutter.frames(stage.batch)
            if stage.side is None
            else cutter.cuts(stage.batch, stage.side)
        )


def as_tensor(cuts: list[Cut], changes: Changes, generator: torch.Generator) -> torch.Tensor:
    """Return the normalised pictures, float32 (n, 3, h, w), changed at random."""
    pixels = torch.from_numpy(np.stack([cut.pixels for cut in cuts]))
    images = pixels.permute(0, 3, 1, 2).float().div_(255.0)
    images = _changed(images, changes, generator)
    return images.sub_(MEAN).div_(STD).contiguous(memory_format=torch.channels_last)


def _changed(images: torch.Tensor, changes: Changes, generator: torch.Generator) -> torch.Tensor:
    def spread(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator) * 2 - 1

    count = len(images)
    grey = images.mean(dim=1, keepdim=True)
    lost = (torch.rand(count, 1, 1, 1, generator=generator) < changes.grey).float()
    images = images + (grey - images) * lost
    middle = images.mean(dim=(1, 2, 3), keepdim=True)
    images = middle + (images - middle) * (1 + changes.light * spread(count, 1, 1, 1))
    images = (
        images
        * (1 + changes.colour * spread(count, 3, 1, 1))
        * (1 + changes.light * spread(count, 1, 1, 1))
    )
    images = images + torch.randn(images.shape, generator=generator) * (
        changes.noise * torch.rand(count, 1, 1, 1, generator=generator)
    )
    return images.clamp_(0, 1)


def run_stages(
    model: nn.Module,
    stages: tuple[Stage, ...],
    cutter: Cutter,
    loss_of: Callable[[list[Cut]], torch.Tensor],
    report: Callable[[str], None],
    *,
    decay: float = 0.02,
) -> None:
    """Train a model in place, one cosine of the learning rate a stage.

    Args:
        model: Its parameters are changed.
        stages: One after the other.
        cutter: Where batches come from.
        loss_of: The loss of one batch.
        report: Told about the progress, a line at a time.
        decay: Weight decay.
    """
    model.train()
    for number, stage in enumerate(stages, 1):
        optimizer = torch.optim.AdamW(model.parameters(), lr=stage.rate, weight_decay=decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, stage.rate, total_steps=stage.steps, pct_start=0.15
        )
        smooth = 0.0
        for step, cuts in enumerate(batches(cutter, stage), 1):
            loss = loss_of(cuts)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            smooth += (float(loss.detach()) - smooth) / min(step, 50)
            if step % 50 == 0 or step == stage.steps:
                report(
                    f"stage {number}/{len(stages)}, step {step}/{stage.steps}, loss {smooth:.4f}"
                )
