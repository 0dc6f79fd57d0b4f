"""The network that the team of the round began with: it learned from boxes, in years before."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from safetensors.torch import save_file

from benchmarks.data_loop_team import NETWORK_SIZE
from demo.learning import Stage
from demo.train_specialist import learn_from_boxes
from demo.world import read_examples
from models.preprocess import Recipe

RECIPE = Recipe(size=NETWORK_SIZE, mean=(0.45,) * 3, std=(0.22,) * 3)
STAGES = (
    Stage(steps=900, batch=48, side=64, rate=3e-3),
    Stage(steps=60, batch=48, side=None, rate=5e-4),
)


def write_boxes(
    flights: Path, out: Path, *, size: tuple[int, int], stages: Sequence[Stage] = STAGES
) -> None:
    """Train on drawn flights, whose boxes are known, and write the weights.

    Args:
        flights: Drawn.
        out: A `.safetensors` file.
        size: (width, height) of the frames.
        stages: Of the training.
    """
    tell = partial(print, file=sys.stderr)
    examples = read_examples(flights, size)
    model = learn_from_boxes(examples, RECIPE, seed=0, stages=tuple(stages), report=tell)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, out)
