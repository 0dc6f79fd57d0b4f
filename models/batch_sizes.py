"""The batch sizes a GPU is warmed with: a request never waits for the tuning of a new one."""

from collections.abc import Sequence


def warm_sizes(most: int) -> tuple[int, ...]:
    """Return 1, 2, 4, ... and `most`: a batch is then padded to less than twice its size."""
    powers = [1 << power for power in range(most.bit_length()) if 1 << power < most]
    return (*powers, most)


def padded_size(views: int, sizes: Sequence[int]) -> int:
    """Return the smallest of ascending sizes that holds the views; `views` when none does."""
    return next((size for size in sizes if size >= views), views)
