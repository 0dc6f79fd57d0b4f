"""Write a torch module as an ONNX file with a free batch size."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from models.cards import OPSET

# protobuf ends at 2 GiB; above this the weights go into a second file, `<name>.data`.
LARGEST_SINGLE_FILE_BYTES = 1_900_000_000
# torch.export takes sizes 0 and 1 as constants, so an example must hold more.
EXAMPLE_BATCH = 2


class Calls(torch.nn.Module):  # type: ignore[misc]  # torch is not followed: it is optional
    """A module whose `forward` is a function of another module, such as `encode_text`."""

    def __init__(self, module: torch.nn.Module, forward: str) -> None:
        super().__init__()
        self.module = module
        self._forward = forward

    def forward(self, batch: torch.Tensor) -> Any:  # noqa: ANN401  # whatever the function returns
        """Return what the function returns."""
        return getattr(self.module, self._forward)(batch)


def write_onnx(
    module: torch.nn.Module,
    example: torch.Tensor,
    path: Path,
    *,
    input_name: str,
    output_names: Sequence[str],
) -> None:
    """Write a module that takes one tensor, leaving the number of rows free.

    Args:
        module: Is put into eval mode.
        example: Input of shape (EXAMPLE_BATCH, ...).
        path: Of the ONNX file.
        input_name: For the file.
        output_names: For the file; one for each tensor the module returns.
    """
    batch = torch.export.Dim("n", min=1)
    with warnings.catch_warnings(), torch.no_grad():
        # torch warns of its own deprecations here; nobody who exports can change them.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module.eval(),
            (example,),
            input_names=[input_name],
            dynamic_shapes=({0: batch},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    graph = program.model.graph
    _name_outputs(graph, output_names)
    _forget_traces(program.model)
    weights_bytes = sum(weights.const_value.nbytes for weights in graph.initializers.values())
    program.save(path, external_data=weights_bytes > LARGEST_SINGLE_FILE_BYTES)


def _name_outputs(graph: Any, names: Sequence[str]) -> None:  # noqa: ANN401  # an onnx_ir.Graph
    """Rename the outputs; an inner value that holds such a name steps aside.

    torch's own `output_names` writes a name twice when an operator is called alike
    (`embedding`), and ONNX Runtime refuses such a file.
    """
    for node in graph:
        for value in node.outputs:
            if value.name in names:
                value.name = f"inner_{value.name}"
    for value, name in zip(graph.outputs, names, strict=True):
        value.name = name


def _forget_traces(model: Any) -> None:  # noqa: ANN401  # an onnx_ir.Model
    """Drop torch's notes on which line of which file made each node.

    They hold paths of this machine, which are nobody's business and differ from run to run.
    """
    for part in (model, model.graph, *model.functions.values()):
        part.metadata_props.clear()
    for node in model.graph.all_nodes():
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
