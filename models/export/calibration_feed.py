"""Prepared views, handed to a network batch by batch while its ranges are taken."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.export.network_file import picture_input

VIEWS_AT_ONCE = 8


class CalibrationFeed(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is not followed: it is optional
    """The reader that ONNX Runtime's calibration asks until it answers None.

    Args:
        model: Says what its input is called, and whether it takes one batch size only.
        views: Prepared, without a batch axis; read as they are asked for.
        path: Of the network, for errors.
    """

    def __init__(self, model: onnx.ModelProto, views: Iterable[Floats], *, path: Path) -> None:
        entry = picture_input(model)
        dimensions = entry.type.tensor_type.shape.dim
        self._name = entry.name
        self._fixed = dimensions[0].dim_value if dimensions else 0
        self._views = _some(views, path)

    def get_next(self) -> dict[str, Any] | None:
        """Return the next batch by the input's name, or None after the last."""
        rows = list(islice(self._views, self._fixed or VIEWS_AT_ONCE))
        if not rows:
            return None
        # A view that is shown twice changes no range.
        rows += rows[-1:] * (self._fixed - len(rows))
        return {self._name: np.stack(rows)}


def _some(views: Iterable[Floats], path: Path) -> Iterator[Floats]:
    rest = iter(views)
    first = next(rest, None)
    if first is None:
        raise WeightsError(f"{path}: there is no view to take ranges from")
    return chain([first], rest)
