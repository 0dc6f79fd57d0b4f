"""What every contender is given: the same pictures and the same networks, made once and kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.setting.ensembles import Gate, ensemble_text
from benchmarks.setting.files import CLIP_MODEL, PROMPTS, NetworkFiles
from benchmarks.setting.pictures import Picture, pictures
from models.catalog import options_of, read
from models.clip_bundle import IMAGE_FILE, embed_prompts
from models.clip_zero_shot import ClipOptions
from models.onnx_classifier import OnnxOptions
from models.prepare import prepare
from models.resnet50 import ResNet50Options
from models.runtime import Runtime
from models.settings import ModelSettings
from models.settings import read_settings as read_model_settings
from models.vectors import unit_rows

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 600
"""How long a server may take to start on busy cores, where others are at work."""
SPREAD_OVER = 32
"""Pictures on which the scores of the networks spread; rounds use these."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The benchmark's files.

    Args:
        folder: Where they are kept between runs.
        models: Where Skysift finds prepared models, and how networks run.
        pictures: Of 12 MP.
    """

    folder: Path
    models: ModelSettings
    pictures: tuple[Picture, ...]

    @property
    def files(self) -> NetworkFiles:
        """Weights of the networks."""
        return NetworkFiles(self.folder / "networks")

    @property
    def networks_file(self) -> Path:
        """JSON that tells a program without Skysift how to run the same networks."""
        return self.folder / "networks.json"

    @property
    def logs(self) -> Path:
        """What servers print."""
        return self.folder / "logs"

    def ensemble(self, gate: Gate) -> Path:
        """Write an ensemble of the three networks, and return its file."""
        path = self.folder / "ensembles" / f"{gate.name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(ensemble_text(gate, self.files), encoding="utf-8")
        return path


def make_setting() -> Setting:
    """Return the setting; the first time it draws, builds and exports, for some minutes."""
    models = read_model_settings()
    folder = models.home / "benchmarks"
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    setting = Setting(folder, models, pictures(folder / "pictures", SPREAD_OVER))
    if not setting.files.whole:
        # Imports torch, which nothing else here needs.
        from benchmarks.setting.networks import write_networks  # noqa: PLC0415

        setting.files.folder.mkdir(exist_ok=True)
        write_networks(setting.files, setting.pictures)
    path = setting.ensemble(Gate("plain"))
    for done in prepare(read(path), models):
        print(f"{done.voter}: {done.model} is prepared")
    setting.networks_file.write_text(json.dumps(_described(path, setting), indent=1))
    return setting


def _described(path: Path, setting: Setting) -> Mapping[str, object]:
    """Return what a program needs to know that has only numpy, Pillow and ONNX Runtime."""
    found: dict[str, object] = {}
    for voter in read(path).voters:
        options = options_of(voter)
        if isinstance(options, OnnxOptions):
            found[voter.name] = _network(options.weights, options.input.model_dump(), "sigmoid")
        elif isinstance(options, ResNet50Options):
            bundle = options.bundle(setting.models)
            found[voter.name] = _network(bundle.path, bundle.recipe.model_dump(), "softmax")
        elif isinstance(options, ClipOptions):
            found[voter.name] = _clip(options, setting)
    torch = {
        "clip": {"model": CLIP_MODEL, "state": str(setting.files.clip), "prompts": PROMPTS},
        "resnet50": {"state": str(setting.files.resnet50)},
        "specialist": {"state": str(setting.files.specialist)},
        "clip_scale": json.loads(setting.files.clip_scale.read_text()),
    }
    return {"onnx": found, "torch": torch}


def _clip(options: ClipOptions, setting: Setting) -> Mapping[str, object]:
    bundle = options.bundle(setting.models)
    prompts = [*options.positive, *options.negative]
    tower = bundle.open_text_tower(Runtime(setting.models))
    rows = unit_rows(embed_prompts(tower, bundle.open_tokenizer(), prompts))
    network = _network(bundle.folder / IMAGE_FILE, bundle.recipe.model_dump(), "zero-shot")
    return {**network, "rows": rows.tolist(), "scale": options.logit_scale}


def _network(path: Path, recipe: Mapping[str, object], head: str) -> dict[str, object]:
    return {"weights": str(path), "recipe": recipe, "head": head}


def in_turn(some: Sequence[Picture], count: int, *, start: int = 0) -> list[Picture]:
    """Return `count` pictures, from the first again after the last."""
    return [some[(start + index) % len(some)] for index in range(count)]
