"""Ways to run one batch: as Skysift does, with the batch on the card already, and in torch."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch

from models.handles import import_runtime, open_handle
from models.runtime import Runtime
from models.settings import ModelSettings
from models.tensors import Tensor

Batch = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Run = Callable[[], Any]

UNMEASURED = 3
LEAST_SECONDS = 1.0
LEAST_RUNS = 5


def skysift(path: Path, batch: Batch, settings: ModelSettings) -> Run:
    """Return what a voter does: host array in, host array out, at a warm size."""
    session = Runtime(settings.model_copy(update={"max_batch": len(batch)})).open(
        path, takes=Tensor(batch.shape[1:], name="image"), gives=[Tensor((None,), name="out")]
    )
    return lambda: session.run(batch)


def without_copies(path: Path, batch: Batch, settings: ModelSettings) -> Run:
    """Return the same run with the batch on the card already, and the answer left there."""
    handle, provider = open_handle(path, settings)
    device = "cpu" if provider == "cpu" else "cuda"
    sent = import_runtime().OrtValue.ortvalue_from_numpy(batch, device, 0)
    binding = handle.io_binding()
    binding.bind_ortvalue_input("image", sent)
    binding.bind_output("out", device)

    def run() -> None:
        handle.run_with_iobinding(binding)
        binding.synchronize_outputs()

    return run


def torch_graph(module: torch.nn.Module, batch: Batch, *, half: bool, device: str) -> Run:
    """Return torch's run, recorded as a CUDA graph; without one on a CPU.

    TF32 stays off, as it is in Skysift. Input and output travel from and to the host, too.
    """
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    dtype = torch.float16 if half else torch.float32
    there = deepcopy(module).to(device=device, dtype=dtype)
    host = torch.from_numpy(batch)
    static = host.to(device=device, dtype=dtype)
    if device == "cpu":
        return lambda: _forward(there, host.to(dtype)).float().numpy()
    graph = torch.cuda.CUDAGraph()
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(UNMEASURED):
            _forward(there, static)
    torch.cuda.current_stream().wait_stream(side)
    with torch.cuda.graph(graph):
        answer = _forward(there, static)

    def run() -> object:
        static.copy_(host)
        graph.replay()
        return answer.float().cpu().numpy()

    return run


def torch_compiled(module: torch.nn.Module, batch: Batch, *, half: bool, device: str) -> Run:
    """Return torch's run compiled with `max-autotune`, which records graphs by itself."""
    dtype = torch.float16 if half else torch.float32
    compiled = torch.compile(deepcopy(module).to(device=device, dtype=dtype), mode="max-autotune")
    host = torch.from_numpy(batch)
    return lambda: _forward(compiled, host.to(device=device, dtype=dtype)).float().cpu().numpy()


def _forward(module: Callable[[torch.Tensor], torch.Tensor], batch: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return module(batch)


def seconds(run: Run) -> float:
    """Return the median wall seconds of one run, over at least a second and five runs."""
    for _ in range(UNMEASURED):
        run()
    spent: list[float] = []
    while sum(spent) < LEAST_SECONDS or len(spent) < LEAST_RUNS:
        started = perf_counter()
        run()
        spent.append(perf_counter() - started)
    return median(spent)
