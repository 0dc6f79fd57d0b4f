"""`kind: tests.service.fake_kind:FakeOptions`: voters that need no weights, or misbehave."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import sleep
from typing import Literal

import numpy as np

from ensembles.errors import WeightsError
from ensembles.local_path import LocalPath
from ensembles.voter import Reading, Voter
from models.frames import Frame
from models.options import ModelOptions
from models.runtime import Runtime
from models.settings import ModelSettings
from models.weights import find

HANG_SECONDS = 2


class Brightness:
    """Scores a frame by its mean brightness."""

    def read(self, views: Sequence[Frame]) -> Reading:
        return Reading(np.array([view.pixels.mean() / 255 for view in views], dtype=np.float32))


class Raises:
    def read(self, views: Sequence[Frame]) -> Reading:
        raise RuntimeError("the model is broken")


class Opinionless:
    def read(self, views: Sequence[Frame]) -> Reading:
        return Reading(np.full(len(views), np.nan, dtype=np.float32))


class Hangs:
    """Answers long after its budget, as far as tests can wait."""

    def read(self, views: Sequence[Frame]) -> Reading:
        sleep(HANG_SECONDS)
        return Brightness().read(views)


class SaysTooLittle:
    def read(self, views: Sequence[Frame]) -> Reading:
        return Reading(np.zeros(len(views) + 1, dtype=np.float32))


class Exhausts:
    def read(self, views: Sequence[Frame]) -> Reading:
        raise MemoryError


KINDS: dict[str, Callable[[], Voter[Frame]]] = {
    "well": Brightness,
    "raises": Raises,
    "opinionless": Opinionless,
    "hangs": Hangs,
    "says_too_little": SaysTooLittle,
    "exhausts": Exhausts,
}


class FakeOptions(ModelOptions):
    """`kind: tests.service.fake_kind:FakeOptions`, for servers that tests start."""

    behaves: Literal["well", "raises", "opinionless", "hangs", "says_too_little", "exhausts"] = (
        "well"
    )
    weights: LocalPath | None = None

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:
        return (self.weights,) if self.weights else ()

    def load(self, runtime: Runtime) -> Voter[Frame]:
        if self.weights and not find(
            self.weights, what="weights", remedy="put them there"
        ).read_text().endswith("whole"):
            raise WeightsError(f"{self.weights}: is cut short")
        return KINDS[self.behaves]()

    def view_px(self, settings: ModelSettings) -> int:
        return 32
