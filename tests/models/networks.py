"""Tiny ONNX files, made with the `onnx` package; none needs torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper, save

OPSET, IR_VERSION = 18, 10
Array = npt.NDArray[Any]


def weights(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def network(
    nodes: Sequence[tuple[str, str, str]],
    constants: dict[str, Array],
    *,
    takes: tuple[str, Sequence[int | str]],
    gives: dict[str, Sequence[int | str]],
    kind: int = TensorProto.FLOAT,
    kind_in: int | None = None,
) -> ModelProto:
    """A network of `(operator, "input other", output)` nodes."""
    graph = helper.make_graph(
        [helper.make_node(op, sources.split(), [target]) for op, sources, target in nodes],
        "tiny",
        [helper.make_tensor_value_info(takes[0], kind_in or kind, list(takes[1]))],
        [helper.make_tensor_value_info(name, kind, list(shape)) for name, shape in gives.items()],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )


def written(model: ModelProto, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save(model, path)
    return path


def classifier(
    path: Path,
    *,
    classes: int = 3,
    side: int = 8,
    final: str = "Softmax",
    batch: int | str = "n",
    dtype: npt.DTypeLike = np.float32,
    gain: float = 4.0,
) -> Path:
    """Class scores of an n x 3 x side x side picture as `scores`, and `features` of 5 numbers."""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    constants = {
        "project": (weights(3 * side * side, 5) / side).astype(dtype),
        "read_out": (gain * weights(5, classes, seed=1)).astype(dtype),
    }
    model = network(
        [
            ("Flatten", "image", "flat"),
            ("MatMul", "flat project", "features"),
            ("MatMul", "features read_out", "logits"),
            (final, "logits", "scores"),
        ],
        constants,
        takes=("image", [batch, 3, side, side]),
        gives={"scores": [batch, classes], "features": [batch, 5]},
        kind=kind,
    )
    return written(model, path)


def convolutional(
    *, gives: str = "scores", classes: int = 3, side: int = 8, gain: float = 1.0
) -> ModelProto:
    """Numbers per class of an n x 3 x side x side picture: two convolutions and a product."""
    return network(
        [
            ("Conv", "image first", "a"),
            ("Relu", "a", "b"),
            ("Conv", "b second", "c"),
            ("Relu", "c", "d"),
            ("GlobalAveragePool", "d", "pooled"),
            ("Flatten", "pooled", "features"),
            ("MatMul", "features read_out", gives),
        ],
        {
            "first": weights(16, 3, 3, 3) / 3,
            "second": weights(16, 16, 3, 3, seed=1) / 12,
            "read_out": gain * weights(16, classes, seed=2),
        },
        takes=("image", ["n", 3, side, side]),
        gives={gives: ["n", classes]},
    )


def single_output(path: Path, *, shape: Sequence[int | str], value: float = 0.5) -> Path:
    """Ignores an n x 3 x 8 x 8 picture and gives `value`, as often as there are pictures."""
    nodes = [
        ("Flatten", "image", "flat"),
        ("MatMul", "flat zero", "none"),
        ("Add", "none value", "y"),
    ]
    constants = {
        "zero": np.zeros((192, int(shape[-1]) if len(shape) > 1 else 1), dtype=np.float32),
        "value": np.array([value], dtype=np.float32),
    }
    if len(shape) == 1:
        nodes[-1] = ("Add", "none value", "column")
        nodes.append(("Squeeze", "column one", "y"))
        constants["one"] = np.array([1], dtype=np.int64)
    return written(
        network(nodes, constants, takes=("image", ["n", 3, 8, 8]), gives={"y": shape}), path
    )
