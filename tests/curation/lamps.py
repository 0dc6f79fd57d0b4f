"""A gate of two voters without weights for tests: brightness, and one that gives embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from curation.looker import Station
from ensembles.voter import Reading
from models.frames import Frame
from models.options import ModelOptions
from models.runtime import Runtime
from models.settings import ModelSettings

KIND = "tests.curation.lamps:LampOptions"


class LampOptions(ModelOptions):
    sees: bool = False
    fails_on_dark: bool = False

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:
        return ()

    def view_px(self, settings: ModelSettings) -> int:
        return 16

    def load(self, runtime: Runtime) -> "Lamp":
        return Lamp(self.sees, self.fails_on_dark)


@dataclass
class Lamp:
    """Scores by brightness; an embedding is the mean colour, of any length."""

    sees: bool
    fails_on_dark: bool

    def read(self, views: Sequence[Frame]) -> Reading:
        colours = np.array(
            [view.pixels.mean(axis=(0, 1)) / 255 for view in views], dtype=np.float32
        )
        scores = colours.mean(axis=1)
        if self.fails_on_dark and (scores < 0.1).any():
            raise RuntimeError("too dark for this lamp")
        return Reading(scores, colours if self.sees else None)


def ensemble_in(folder: Path, *, fails_on_dark: bool = False, threshold: float = 0.5) -> Path:
    path = folder / "lamps.yaml"
    path.write_text(
        f"""
name: lamps
target: a lamp
voters:
  - {{name: near, kind: "{KIND}", threshold: {threshold}}}
  - name: far
    kind: "{KIND}"
    threshold: 0.5
    options: {{sees: true, fails_on_dark: {str(fails_on_dark).lower()}}}
vote: or
full_ballots: 0
""",
        encoding="utf-8",
    )
    return path


def station_in(folder: Path, **options: object) -> Station:
    settings = ModelSettings(provider="cpu", threads=1)
    return Station(ensemble_in(folder, **options), settings)  # type: ignore[arg-type]


def picture(path: Path, red: int, green: int = 90, blue: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), (red, green, blue)).save(path)
    return path
