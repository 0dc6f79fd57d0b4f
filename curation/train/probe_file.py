"""An encoder and a linear layer on its embedding, as one ONNX file."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from curation.train.learner import LOGIT, Written
from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.export.network_file import faults, opset_of
from models.export.self_check import drawn_pictures, worst_share
from models.onnx_outputs import OUTPUTS
from models.preprocess import Recipe, prepare
from models.runtime import Runtime
from models.settings import ModelSettings
from models.tensors import Tensor
from models.vectors import unit_rows
from models.weights import put, sha256_of

FLOAT = TensorProto.FLOAT


def write_probe(
    encoder: Path,
    path: Path,
    *,
    embedding_name: str,
    recipe: Recipe,
    weights: Floats,
    bias: float,
) -> Written:
    """Write the file once it says what encoder and layer say apart.

    Args:
        encoder: The ONNX file below.
        path: To write.
        embedding_name: The encoder's output, shape (n, d); the file keeps it.
        recipe: How pictures become its input.
        weights: For the embedding scaled to length 1, shape (d,).
        bias: Added.

    Raises:
        WeightsError: The encoder cannot be extended, or the file does not agree.
    """
    with TemporaryDirectory() as folder:
        draft = Path(folder) / path.name
        try:
            model = onnx.load(encoder)
            _extend(model, embedding_name, weights, bias)
            onnx.checker.check_model(model)
            onnx.save(model, draft)
        except faults() as error:
            raise WeightsError(f"{encoder}: a probe cannot be added to it: {error}") from error
        difference = _check(encoder, draft, embedding_name, recipe, weights, bias)
        put(draft, path)
    return Written({"score": difference}, sha256_of(encoder), opset_of(model), embedding_name)


def _extend(model: onnx.ModelProto, embedding_name: str, weights: Floats, bias: float) -> None:
    """Add normalisation and layer; keep the embedding as an output, drop all others."""
    graph = model.graph
    named = [output for output in graph.output if output.name == embedding_name]
    if not named:
        raise ValueError(f"there is no output {embedding_name!r}")
    graph.initializer.extend(
        [
            numpy_helper.from_array(weights.astype(np.float32)[:, None], "probe_weights"),
            numpy_helper.from_array(np.array([bias], dtype=np.float32), "probe_bias"),
        ]
    )
    graph.node.extend(
        [
            helper.make_node("Flatten", [embedding_name], ["probe_rows"], "probe_flatten", axis=1),
            helper.make_node(
                "LpNormalization", ["probe_rows"], ["probe_unit"], "probe_normalise", axis=1, p=2
            ),
            helper.make_node(
                "Gemm", ["probe_unit", "probe_weights", "probe_bias"], [LOGIT], "probe_layer"
            ),
        ]
    )
    del graph.output[:]
    graph.output.extend([helper.make_tensor_value_info(LOGIT, FLOAT, ["n", 1]), *named])


def _check(
    encoder: Path, made: Path, embedding_name: str, recipe: Recipe, weights: Floats, bias: float
) -> float:
    """Return the largest difference of a score on drawn pictures."""
    runtime = Runtime(ModelSettings(provider="cpu"))
    takes = Tensor(recipe.shape, change="`input`")
    batch = prepare(drawn_pictures(), recipe)
    (rows,) = runtime.open(encoder, takes=takes, gives=[Tensor((None,), embedding_name)]).run(batch)
    (logits,) = runtime.open(made, takes=takes, gives=[Tensor((1,), LOGIT)]).run(batch)
    expected = unit_rows(rows) @ weights[:, None] + np.float32(bias)
    return worst_share(
        OUTPUTS["sigmoid"](expected), OUTPUTS["sigmoid"](logits), what="scores", path=made
    )
