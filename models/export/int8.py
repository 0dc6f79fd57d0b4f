"""A network in int8: weights and activations of 8 bits, with ranges from the user's own frames."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.cpu_features import has_vnni
from models.export.calibration_feed import CalibrationFeed
from models.export.network_file import faults, opset_of, simplified

# Those that calculate, and those between them: a float operator in between would cost two
# conversions of everything.
CONVOLUTIONAL = (
    "Conv",
    "Gemm",
    "MatMul",
    "Add",
    "Mul",
    "Relu",
    "Clip",
    "LeakyRelu",
    "Sigmoid",
    "MaxPool",
    "AveragePool",
    "GlobalAveragePool",
    "Concat",
    "Reshape",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Resize",
    "Pad",
    "Flatten",
)
ATTENTIVE = ("Conv", "Gemm", "MatMul")
"""Of a transformer only products with weights: LayerNormalization, softmax, the products of
attention and the residual sum have outliers that 8 bits cut off (benchmarks/README.md)."""

ATTENTIVE_OPTIONS = {
    "MatMulConstBOnly": True,  # the other factor of attention is no weight
    "OpTypesToExcludeOutputQuantization": list(ATTENTIVE),  # what follows a product is float
}

PRODUCTS = frozenset({"Conv", "Gemm", "MatMul"})


def write_int8(network: Path, made: Path, views: Iterable[Floats]) -> int:
    """Write the network in int8, and return its opset.

    Static QDQ: 8-bit activations, signed 7-bit weights per channel. A CPU with AVX2 and no VNNI
    adds two products in 16 bits, which 8-bit weights would overflow in silence; with 7 bits one
    file is right everywhere. Activations are unsigned where this CPU has VNNI, and signed where
    it has not: whichever is faster there (benchmarks/README.md). Both run on both. The first
    convolution and the last product, which lose most and cost little, stay float32.

    Args:
        network: In float32.
        made: The file to write.
        views: Prepared, without a batch axis; at least one.

    Raises:
        WeightsError: The network cannot be quantised.
    """
    with TemporaryDirectory() as folder:
        simple = Path(folder) / "simple.onnx"
        try:
            model = simplified(network, simple)
            attentive = _attends(model)
            quantize_static(
                str(simple),
                str(made),
                CalibrationFeed(model, views, path=network),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(ATTENTIVE if attentive else CONVOLUTIONAL),
                nodes_to_exclude=_ends(model, network),
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8 if has_vnni() else QuantType.QInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                extra_options=ATTENTIVE_OPTIONS if attentive else {},
            )
        except faults() as error:
            raise WeightsError(f"{network}: cannot be quantised to int8: {error}") from error
        return _checked(made, network)


def _attends(model: onnx.ModelProto) -> bool:
    """Say whether two things that both depend on the picture are multiplied as matrices."""
    constants = {tensor.name for tensor in model.graph.initializer}
    constants.update(
        name for node in model.graph.node if node.op_type == "Constant" for name in node.output
    )
    return any(
        node.op_type == "MatMul" and constants.isdisjoint(node.input) for node in model.graph.node
    )


def _ends(model: onnx.ModelProto, path: Path) -> list[str]:
    """Return the names of the first convolution and the last product.

    Raises:
        WeightsError: Nothing would be left to quantise.
    """
    products = [node for node in model.graph.node if node.op_type in PRODUCTS]
    first = [node.name for node in products if node.op_type == "Conv"][:1]
    ends = list(dict.fromkeys((*first, *(node.name for node in products[-1:]))))
    if len(products) <= len(ends):
        raise WeightsError(
            f"{path}: cannot be quantised to int8: it has {len(products)} convolutions and matrix "
            f"products, and the first and the last stay as they are; leave it in fp32"
        )
    return ends


def _checked(made: Path, network: Path) -> int:
    """Return the opset of what was made.

    Raises:
        WeightsError: Nothing in it is quantised.
    """
    model = onnx.load(made, load_external_data=False)
    if not any(node.op_type == "QuantizeLinear" for node in model.graph.node):
        raise WeightsError(f"{network}: nothing in it can be quantised to int8; leave it in fp32")
    return opset_of(model)
