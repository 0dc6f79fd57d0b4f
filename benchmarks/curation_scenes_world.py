"""Real aerial scenes as embeddings of a real ResNet50: RSSCN7, as far as it is at hand.

The network is exported once, which needs torch, and kept under `SKYSIFT_HOME`.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ensembles.score_table import Codes
from ensembles.voter import Floats
from models.frames import Frame
from models.resnet50 import ResNet50Options
from models.runtime import Runtime
from models.settings import read_settings

DATA = Path(os.environ.get("SKYSIFT_DATA", Path(__file__).parents[2] / "shared" / "data"))
WEIGHTS = "models/resnet50-imagenet-fp16.safetensors"
RESNET50 = {"weights": str(DATA / WEIGHTS), "positive": {"minivan": 1.0}, "embeddings": True}
"""Options of a voter that is asked for its embeddings alone."""
BATCH = 10


def scenes(folder: Path) -> tuple[Floats, Codes, npt.NDArray[np.str_]]:
    """Return embeddings (n, 2048), the class of each picture and the names of the classes.

    They are made once and kept in the folder.
    """
    kept = folder / "scenes.npz"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pictures = sorted((DATA / "scenes").glob("*/*.jpg"))
        classes = np.array([path.parent.name for path in pictures])
        np.savez(kept, embeddings=_embedded(pictures), classes=classes)
    with np.load(kept, allow_pickle=False) as stored:
        names, codes = np.unique(stored["classes"], return_inverse=True)
        return stored["embeddings"], codes.astype(np.int64), names


def _embedded(pictures: list[Path]) -> Floats:
    settings = read_settings()
    options = ResNet50Options.model_validate(RESNET50)
    if not options.network(settings).exists():
        options.export(settings)
    voter = options.load(Runtime(settings))
    parts = []
    for start in range(0, len(pictures), BATCH):
        frames = [Frame.decode(path.read_bytes()) for path in pictures[start : start + BATCH]]
        parts.append(voter.read(frames).embeddings)
    return np.concatenate([part for part in parts if part is not None])
