"""A kind of voter for jobs: scores by brightness, and obeys what is written behind a picture.

Bytes after the end of a PNG are passed over by every decoder. `CRASH` there ends the process
that decodes it, `HANG` never returns, `ONCE:signal:name` sends the job a signal, the first time,
and `SELF:name` ends the process, the first time.
"""

import os
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np
from PIL import Image

from ensembles.errors import WeightsError
from ensembles.voter import Reading
from models import frames
from models.frames import Frame
from models.options import ModelOptions
from models.runtime import Runtime
from models.settings import ModelSettings

KIND = "tests.batch.mischief:LampOptions"
SELF = re.compile(rb"SELF:(.+)$")
ORDER = re.compile(rb"ONCE:(\d+):(.+)$")


class LampOptions(ModelOptions):
    broken: bool = False
    deadly: bool = False

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:
        return ()

    def view_px(self, settings: ModelSettings) -> int:
        return 16

    def load(self, runtime: Runtime) -> "Lamp":
        if self.broken:
            raise WeightsError("the lamp has no bulb")
        if self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        frames.open_picture = obedient  # type: ignore[attr-defined]  # only in this process
        return Lamp()


@dataclass
class Lamp:
    def read(self, views: Sequence[Frame]) -> Reading:
        return Reading(np.array([view.pixels.mean() / 255 for view in views], dtype=np.float32))


plainly = frames.open_picture  # type: ignore[attr-defined]  # what `obedient` stands before


def obedient(data: bytes) -> Image.Image:
    if data.endswith(b"CRASH"):
        os.kill(os.getpid(), signal.SIGKILL)
    if data.endswith(b"HANG"):
        Event().wait()
    if (itself := SELF.search(data)) and not (mark := Path(os.fsdecode(itself[1]))).exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if (order := ORDER.search(data)) and not (mark := Path(os.fsdecode(order[2]))).exists():
        mark.touch()
        os.kill(os.getppid(), int(order[1]))
    return plainly(data)


def ensemble_in(folder: Path, options: str = "{}") -> Path:
    path = folder / "lamps.yaml"
    path.write_text(
        f"""
name: lamps
target: a lamp
voters:
  - {{name: near, kind: "{KIND}", threshold: 0.5, options: {options}}}
vote: or
full_ballots: 0
""",
        encoding="utf-8",
    )
    return path


def picture(path: Path, brightness: int, order: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 12), (brightness,) * 3).save(path, "PNG")
    with path.open("ab") as file:
        file.write(order)
    return path


def flight_in(folder: Path, count: int) -> list[Path]:
    return [picture(folder / f"{i:04}.png", 40 * i % 256) for i in range(count)]
