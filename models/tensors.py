"""What a voter declares of a network's input and outputs, held against what the file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from ensembles.errors import WeightsError
from ensembles.mistakes import near_miss

# ONNX Runtime's names for the types that can be cast to and from without loss that matters here.
FLOATS: dict[str, npt.DTypeLike] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}
INTEGERS: dict[str, npt.DTypeLike] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
DTYPES = {"float": FLOATS, "integer": INTEGERS}

Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output as a voter declares it.

    Args:
        row: Shape of one view, without the first axis; None where any size will do.
        name: As in the file; "" for the only one there is.
        kind: What it holds. Any width is taken: float16 is cast to float32 and back.
        change: What a user can change when the file disagrees, such as `input.size`.
    """

    row: Shape
    name: str = ""
    kind: Literal["float", "integer"] = "float"
    change: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output as the file has it.

    Args:
        shape: First axis first; None where the file leaves the size open.
        dtype: ONNX Runtime's name of the type, such as `tensor(float)`.
    """

    name: str
    shape: Shape
    dtype: str

    @property
    def batch(self) -> int | None:
        """The only number of views the network takes at once, or None when any will do."""
        return self.shape[0] if self.shape else None


def matched(
    declared: Tensor, ports: Sequence[Port], *, side: Literal["input", "output"], path: Path
) -> Port:
    """Return the port that `declared` speaks of.

    Raises:
        WeightsError: There is none, or its shape or type differ.
    """
    port = _named(declared, ports, side=side, path=path)
    if not _shapes_agree(declared.row, port.shape):
        raise WeightsError(
            f"{path}: {side} {port.name!r} has shape {_written(port.shape)}, "
            f"but the voter declares {_written((None, *declared.row))}{_advice(declared)}"
        )
    if port.dtype not in DTYPES[declared.kind]:
        raise WeightsError(
            f"{path}: {side} {port.name!r} holds {port.dtype}, but the voter needs one of "
            f"{', '.join(DTYPES[declared.kind])}; export the model again with such an {side}"
        )
    return port


def _named(declared: Tensor, ports: Sequence[Port], *, side: str, path: Path) -> Port:
    names = [port.name for port in ports]
    if declared.name in names:
        return ports[names.index(declared.name)]
    if declared.name:
        raise WeightsError(
            f"{path}: there is no {side} {declared.name!r}{near_miss(declared.name, names)} "
            f"The file has {', '.join(map(repr, names))}"
        )
    if len(ports) != 1:
        raise WeightsError(
            f"{path}: the file has {len(ports)} {side}s ({', '.join(map(repr, names))}) and the "
            f"voter does not say which is meant{_advice(declared)}"
        )
    return ports[0]


def _shapes_agree(row: Shape, shape: Shape) -> bool:
    """Compare sizes, leaving out trailing ones: n x 512 x 1 x 1 holds what n x 512 does."""
    wanted, found = _without_trailing_ones(row), _without_trailing_ones(shape[1:])
    return (
        len(shape) > 0
        and len(wanted) == len(found)
        and all(
            want is None or have is None or want == have
            for want, have in zip(wanted, found, strict=True)
        )
    )


def _without_trailing_ones(shape: Shape) -> Shape:
    return _without_trailing_ones(shape[:-1]) if shape and shape[-1] == 1 else shape


def _written(shape: Shape) -> str:
    return " x ".join("n" if side is None else str(side) for side in shape) or "a single number"


def _advice(declared: Tensor) -> str:
    return f"; change {declared.change}" if declared.change else ""
