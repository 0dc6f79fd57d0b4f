"""A kind of voter that needs no weights: it scores a frame by its mean brightness."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ensembles.errors import WeightsError
from ensembles.local_path import LocalPath
from ensembles.voter import Reading
from models.frames import Frame
from models.options import ModelOptions
from models.runtime import Runtime
from models.settings import ModelSettings


class BrightnessOptions(ModelOptions):
    needs: LocalPath | None = None
    breaks: bool = False

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:
        return (self.needs,) if self.needs else ()

    def view_px(self, settings: ModelSettings) -> int:
        return 16

    def load(self, runtime: Runtime) -> "Brightness":
        if self.needs and not self.needs.is_file():
            raise WeightsError(f"{self.needs}: there is no such file; put a lamp there")
        return Brightness(self.breaks)


@dataclass
class Brightness:
    breaks: bool

    def read(self, views: Sequence[Frame]) -> Reading:
        if self.breaks:
            raise RuntimeError("the lamp went out")
        return Reading(np.array([view.pixels.mean() / 255 for view in views], dtype=np.float32))
