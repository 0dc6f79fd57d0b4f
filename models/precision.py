"""Which numbers a network calculates with, and where a converted network lies."""

from pathlib import Path
from typing import Literal

Precision = Literal["fp32", "fp16", "int8"]

CONVERT_COMMAND = "skysift models quantize"


def beside(path: Path, precision: Precision) -> Path:
    """Return where the converted form of a model lies: `thin.onnx` becomes `thin.int8.onnx`.

    Args:
        path: Of the model as it was exported: a file, or a folder.
        precision: Of the converted form; fp32 is the model itself.
    """
    if precision == "fp32":
        return path
    return path.with_name(f"{path.stem}.{precision}{path.suffix}")
