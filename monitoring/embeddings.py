"""Embeddings that voters gave on the way, kept until the verdict is there."""

from collections import OrderedDict
from threading import Lock

import numpy as np

from monitoring.observation import Floats

MOST_KEPT = 4096
"""Frames whose verdict never came, as when a client left, are forgotten beyond these."""


class Embeddings:
    """What one voter saw in the frames that are being judged; safe from any thread.

    A frame that was looked at in tiles has the mean of their embeddings.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._sums: OrderedDict[str, tuple[Floats, int]] = OrderedDict()
        self._lock = Lock()

    def add(self, frame_id: str, embedding: Floats) -> None:
        """Keep the embedding of one view of a frame."""
        with self._lock:
            total, views = self._sums.get(frame_id, (np.zeros_like(embedding), 0))
            self._sums[frame_id] = (total + embedding, views + 1)
            while len(self._sums) > self._most:
                self._sums.popitem(last=False)

    def pop(self, frame_id: str) -> Floats | None:
        """Return the frame's embedding and forget it; None when there is none."""
        with self._lock:
            total, views = self._sums.pop(frame_id, (None, 0))
        return None if total is None else total / np.float32(views)
