"""A network whose input and outputs stay on its device for a run: one copy in, one copy out."""

from collections.abc import Mapping, Sequence
from threading import local
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Batch = npt.NDArray[Any]
Device = Literal["cpu", "cuda"]
FIRST_CARD = 0


class BoundNetwork:
    """Runs like `onnxruntime.InferenceSession.run`, through I/O binding.

    Each calling thread keeps one buffer on the device for each shape it has sent: a batch is
    copied into it, and nothing is allocated once all shapes were seen. Outputs are written on
    the device and copied back together.

    Args:
        handle: An `onnxruntime.InferenceSession`.
        new_buffer: `onnxruntime.OrtValue.ortvalue_from_numpy`.
        device: Where the session runs. On the CPU it works, and saves nothing.
    """

    def __init__(self, handle: Any, new_buffer: Any, device: Device) -> None:  # noqa: ANN401 - ONNX Runtime has no types
        self._handle = handle
        self._new_buffer = new_buffer
        self._device = device
        self._of_this_thread = local()

    def run(self, output_names: Sequence[str], feed: Mapping[str, Batch]) -> list[Batch]:
        """Return the named outputs on the host; may be called from several threads."""
        binding = self._handle.io_binding()
        for name, batch in feed.items():
            binding.bind_ortvalue_input(name, self._sent(name, batch))
        for name in output_names:
            binding.bind_output(name, self._device)
        self._handle.run_with_iobinding(binding)
        outputs: list[Batch] = binding.copy_outputs_to_cpu()
        return outputs

    def _sent(self, name: str, batch: Batch) -> Any:  # noqa: ANN401 - an OrtValue
        """Return the buffer on the device that now holds the batch."""
        buffers = self._of_this_thread.__dict__
        key = f"{name} {batch.dtype} {batch.shape}"
        whole = np.ascontiguousarray(batch)
        if key not in buffers:
            # On the CPU the buffer would be the caller's own array, and be overwritten later.
            mine = whole.copy() if self._device == "cpu" else whole
            buffers[key] = self._new_buffer(mine, self._device, FIRST_CARD)
        else:
            buffers[key].update_inplace(whole)
        return buffers[key]
