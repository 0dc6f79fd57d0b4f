"""A network in float16, for GPUs; what would leave its range stays float32."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationMethod
from onnxruntime.quantization.calibrate import create_calibrator
from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.export.calibration_feed import CalibrationFeed
from models.export.network_file import FLOAT, faults, opset_of, simplified

LARGEST = float(np.finfo(np.float16).max)
CAST_SUFFIX = "_cast_to_fp16"
"""Of the converter's names for what an operator that stays in float32 gives."""

SPELLED_OUT = ("Softplus", "Mish")
"""Where a runtime has no float16 kernel it writes these as log(1 + exp(x)), infinite from 11 on."""

HEADROOM = 4.0
"""Other frames reach further than those whose ranges were taken."""


def write_fp16(network: Path, made: Path, views: Iterable[Floats]) -> int:
    """Write the network in float16, and return its opset.

    Inputs and outputs stay float32. So does every operator that takes or gives a value above
    65504 / 4 on the views, which float16 could not hold on others.

    Args:
        network: In float32.
        made: The file to write.
        views: Prepared, without a batch axis; at least one.

    Raises:
        WeightsError: The network cannot be converted.
    """
    with TemporaryDirectory() as folder:
        simple = Path(folder) / "simple.onnx"
        try:
            model = simplified(network, simple)
            reached = _reached(simple, CalibrationFeed(model, views, path=network), Path(folder))
            half = convert_float_to_float16(
                model,
                keep_io_types=True,
                op_block_list=[*DEFAULT_OP_BLOCK_LIST, *SPELLED_OUT],
                node_block_list=list(_too_large(model, reached)),
            )
            _skip_round_trips(half)
            onnx.save(half, made)
        except faults() as error:
            raise WeightsError(f"{network}: cannot be converted to fp16: {error}") from error
    return opset_of(half)


def _reached(simple: Path, feed: CalibrationFeed, folder: Path) -> Mapping[str, float]:
    """Return the largest absolute value of every float tensor on the views."""
    calibrator = create_calibrator(
        str(simple),
        augmented_model_path=str(folder / "augmented.onnx"),
        calibrate_method=CalibrationMethod.MinMax,
    )
    calibrator.collect_data(feed)
    ranges = calibrator.compute_data().data
    return {name: float(np.abs(found.range_value).max()) for name, found in ranges.items()}


def _too_large(model: onnx.ModelProto, reached: Mapping[str, float]) -> Iterator[str]:
    for node in model.graph.node:
        touched = (reached.get(name, 0.0) for name in (*node.input, *node.output))
        if max(touched, default=0.0) > LARGEST / HEADROOM:
            yield node.name


def _skip_round_trips(model: onnx.ModelProto) -> None:
    """Hand float32 from one operator that stays to the next, instead of through float16.

    The converter casts all that such an operator gives to float16, and what the next one takes
    back: a value that made the first one stay would be infinite on the way.
    """
    casts = [node for node in model.graph.node if node.op_type == "Cast"]
    full = {node.output[0]: node.input[0] for node in casts if node.input[0].endswith(CAST_SUFFIX)}
    back = {
        node.output[0]: full[node.input[0]]
        for node in casts
        if node.input[0] in full and node.attribute[0].i == FLOAT
    }
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = back.get(name, name)
        if node.output[0] in back:
            node.input[0] = back[node.output[0]]  # stays only where it names an output
    _drop_unused(model, casts)


def _drop_unused(model: onnx.ModelProto, casts: Iterable[onnx.NodeProto]) -> None:
    used = {name for node in model.graph.node for name in node.input}
    used.update(output.name for output in model.graph.output)
    for node in casts:
        if node.output[0] not in used:
            model.graph.node.remove(node)
