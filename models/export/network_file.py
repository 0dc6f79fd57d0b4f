"""An ONNX file as a graph that can be changed."""

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError, EncodeError
from onnxruntime.capi import onnxruntime_pybind11_state
from onnxruntime.quantization.shape_inference import quant_pre_process

from ensembles.errors import WeightsError

FLOAT = onnx.TensorProto.FLOAT
OWN_DOMAINS = ("", "ai.onnx")


def simplified(network: Path, path: Path) -> onnx.ModelProto:
    """Return the graph of a network, simplified, with shapes, and every node named.

    Args:
        network: In float32.
        path: Where the simplified network is written, too.

    Raises:
        WeightsError: It calculates in another type than float32.
    """
    quant_pre_process(str(network), str(path), skip_symbolic_shape=True)
    model = onnx.load(path)
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{index}"  # nodes are excluded by name
    onnx.save(model, path)
    kind = picture_input(model).type.tensor_type.elem_type
    if kind != FLOAT:
        name = onnx.TensorProto.DataType.Name(kind).lower()
        raise WeightsError(f"{network}: takes {name}: only a float32 network can be converted")
    return model


def picture_input(model: onnx.ModelProto) -> onnx.ValueInfoProto:
    """Return the one input that is no weight."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return next(entry for entry in model.graph.input if entry.name not in weights)


def opset_of(model: onnx.ModelProto) -> int:
    """Return the version of the operators that ONNX itself defines."""
    return max(int(entry.version) for entry in model.opset_import if entry.domain in OWN_DOMAINS)


def faults() -> tuple[type[Exception], ...]:
    """Return what `onnx` and ONNX Runtime raise over a network that they cannot convert."""
    own = [item for item in vars(onnxruntime_pybind11_state).values() if isinstance(item, type)]
    return (
        *(item for item in own if issubclass(item, Exception)),
        onnx.checker.ValidationError,
        onnx.shape_inference.InferenceError,
        DecodeError,
        EncodeError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
    )
