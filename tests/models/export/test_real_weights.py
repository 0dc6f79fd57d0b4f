"""The shipped `emergency.yaml` with real weights, where they are at hand."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.catalog import options_of, read
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.prepare import prepare
from models.preprocess import prepare as prepare_pictures
from models.resnet50 import ResNetVoter
from models.runtime import Runtime
from models.settings import ModelSettings
from tests.models.prepared import tiny_clip

pytestmark = pytest.mark.pretrained

SHIPPED = Path(__file__).parents[3] / "configs" / "emergency.yaml"
BATCH = 16


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ModelSettings:
    return ModelSettings(home=tmp_path_factory.mktemp("home"), threads=1, offline=True)


@pytest.fixture(scope="module")
def ensemble_file(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped file with real weights; CLIP's are not at hand, so a tiny one sits in."""
    said = yaml.safe_load(SHIPPED.read_text())
    specialist, clip, resnet = (voter["options"] for voter in said["voters"])
    folder = tmp_path_factory.mktemp("ensemble")
    specialist["weights"] = str(shared_data / "models" / "emergencynet.onnx")
    clip["pretrained"] = str(tiny_clip(folder / "clip"))
    resnet["weights"] = str(shared_data / "models" / "resnet50-imagenet-fp16.safetensors")
    path = folder / "emergency.yaml"
    path.write_text(yaml.safe_dump(said))
    return path


@pytest.fixture(scope="module")
def ensemble(ensemble_file: Path, settings: ModelSettings) -> Ensemble:
    done = list(prepare(read(ensemble_file), settings))
    assert [preparation.was_there for preparation in done] == [True, False]
    return load_ensemble(ensemble_file, settings)


def test_the_specialist_tells_emergencies_from_ordinary_views(
    ensemble: Ensemble, shared_data: Path
) -> None:
    files = sorted((shared_data / "aider").glob("*/*.png"))
    frames = [Frame.decode(path.read_bytes(), source=path.name) for path in files]

    verdicts = ensemble.gate.judge(frames, ask_all=True)

    right = [
        (verdict.votes[0].answer == "yes") == (path.parent.name != "normal")
        for verdict, path in zip(verdicts, files, strict=True)
    ]
    assert len(right) == 25
    assert sum(right) >= 24


def test_resnet50_knows_imagenets_pictures(
    ensemble: Ensemble, ensemble_file: Path, settings: ModelSettings, shared_data: Path
) -> None:
    voter = options_of(read(ensemble_file).voters[2]).load(Runtime(settings))
    assert isinstance(voter, ResNetVoter)
    with (shared_data / "imagenet" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))

    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    hits = [hit for batch in batches for hit in top_five_hits(voter, shared_data, batch)]

    assert len(hits) == len(rows)
    assert np.mean(hits) >= 0.9


def top_five_hits(voter: ResNetVoter, shared_data: Path, rows: list[dict[str, str]]) -> list[bool]:
    pictures = [(shared_data / "imagenet" / row["file"]).read_bytes() for row in rows]
    frames = [Frame.decode(picture) for picture in pictures]
    logits, _ = voter.session.run(prepare_pictures(frames, voter.recipe))
    best = np.argsort(-logits, axis=1)[:, :5]
    return [int(row["class_index"]) in five for row, five in zip(rows, best, strict=True)]
