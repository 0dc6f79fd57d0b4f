import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ensembles.config import EnsembleConfig
from ensembles.errors import WeightsError
from models.prepare import Preparation
from models.settings import ModelSettings
from skysift import models
from tests.skysift.conftest import Skysift


def fake_preparations(config: EnsembleConfig, settings: ModelSettings) -> Iterator[Preparation]:
    files = (Path("/cache/clip/clip.json"),)
    yield Preparation("clip", "ViT-B-32 with weights x", files, {"embedding": 2e-6}, 12.5)
    yield Preparation("resnet50", "resnet50 with weights y", files, {}, 0.1)
    raise WeightsError("squid: weights.safetensors: there is no such file; put it there")


def test_each_preparation_is_told_when_it_is_done(
    skysift: Skysift, ensemble: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "prepare_voters", fake_preparations)

    shown = skysift("models", "prepare", ensemble)

    assert "voter clip: ViT-B-32 with weights x: took 12.5 s" in shown.out
    assert "torch and ONNX differ by 2.0e-06 at most" in shown.out
    assert "voter resnet50: resnet50 with weights y: is there already" in shown.out


def test_what_cannot_be_prepared_says_which_file_to_put_where(
    skysift: Skysift, ensemble: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "prepare_voters", fake_preparations)

    shown = skysift("models", "prepare", ensemble)

    assert shown.code == 2
    assert shown.err == ("error: squid: weights.safetensors: there is no such file; put it there\n")


def test_an_ensemble_without_pretrained_models_needs_nothing(
    skysift: Skysift, ensemble: Path
) -> None:
    shown = skysift("models", "prepare", ensemble)

    assert shown.code == 0
    assert "no voter needs a prepared model" in shown.out


def test_an_empty_cache_lists_nothing(
    skysift: Skysift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_HOME", str(tmp_path))

    assert f"no models are prepared in {tmp_path}" in skysift("models", "list").out
    assert json.loads(skysift("models", "list", "--json").out) == []
