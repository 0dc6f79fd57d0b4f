"""A network of one's own, small enough to learn in seconds; it needs torch."""

import torch
from torch import nn


class Tiny(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Gives the logit of the likeliest place, shape (n, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 5, stride=4, padding=2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 1, 1),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        return self.body(image).amax(dim=(2, 3))


class Telling(Tiny):
    """Gives features beside the logit, shape (n, 8)."""

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits and the features."""
        return super().forward(image), self.body[:3](image).mean(dim=(2, 3))
