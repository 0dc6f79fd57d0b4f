"""A voter that costs next to nothing, for what is measured around it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ensembles.voter import Reading
from models.frames import Frame
from models.options import ModelOptions
from models.runtime import Runtime
from models.settings import ModelSettings

ENSEMBLE = """
name: cheap
target: light
voters:
  - {name: cheap, kind: "benchmarks.cheap_voter:CheapOptions", threshold: 0.5}
vote: or
"""


def cheap_ensemble(folder: Path) -> Path:
    """Write an ensemble file of the voter alone, and return it."""
    path = folder / "cheap.yaml"
    path.write_text(ENSEMBLE, encoding="utf-8")
    return path


class CheapOptions(ModelOptions):
    """Needs nothing."""

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:  # noqa: ARG002
        """Return no file."""
        return ()

    def view_px(self, settings: ModelSettings) -> int:  # noqa: ARG002
        """Return very few pixels."""
        return 8

    def load(self, runtime: Runtime) -> "Cheap":  # noqa: ARG002 - it needs none
        """Return the voter."""
        return Cheap()


class Cheap:
    """Scores a frame by one pixel."""

    def read(self, views: Sequence[Frame]) -> Reading:
        """Return one score per view."""
        return Reading(np.array([view.pixels[0, 0, 0] / 255 for view in views], dtype=np.float32))
