"""The memory of a voter's batches, used again from one reading to the next."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from ensembles.voter import Floats
from models.frames import Frame
from models.preprocess import Recipe, write_levels


class BatchMemory:
    """Prepares batches in memory that no other running reading has.

    A reading takes the memory away and brings it back, so that one which was given up but still
    runs keeps what it reads from. Readings that run beside it get memory of their own, and only
    the last one brought back is kept: a voter holds one batch while nobody asks it.
    """

    def __init__(self) -> None:
        self._kept: deque[Floats] = deque(maxlen=1)  # its `append` and `pop` are atomic

    @contextmanager
    def prepared(self, frames: Sequence[Frame], recipe: Recipe) -> Iterator[Floats]:
        """Give the batch a network takes, float32, shape (n, *recipe.shape).

        It is overwritten after the block: what is computed from it must be a copy.
        """
        memory = self._taken(len(frames) * int(np.prod(recipe.shape)))
        batch = memory[: len(frames) * int(np.prod(recipe.shape))]
        batch = batch.reshape(len(frames), *recipe.shape)
        write_levels((frame.fit(frame.pixels, recipe) for frame in frames), recipe, batch)
        try:
            yield batch
        finally:
            self._kept.append(memory)

    def _taken(self, numbers: int) -> Floats:
        """Return float32 memory, shape (m,), m at least `numbers`."""
        try:
            memory = self._kept.pop()
        except IndexError:
            memory = np.empty(0, dtype=np.float32)
        return memory if memory.size >= numbers else np.empty(numbers, dtype=np.float32)
