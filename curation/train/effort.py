"""How long and how hard a training tries."""

from dataclasses import dataclass, field
from typing import Literal

from curation.train.augmentation_limits import Augmentation

Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class Effort:
    """What a training may spend; the same effort and seed train alike.

    Args:
        epochs: At most; each looks at as many frames as there are to learn from.
        patience: Epochs without a better average precision after which it stops.
        batch: Frames a step.
        rate: Highest learning rate, of the last layer and of what was never trained.
        body_share: Of that rate, for layers that start from somebody's weights.
        decay: Weight decay.
        seed: Of the weights, the order and the changes.
        augmentation: How far pictures are changed.
    """

    epochs: int = 30
    patience: int = 8
    batch: int = 32
    rate: float = 1e-3
    body_share: float = 0.2
    decay: float = 0.02
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)
