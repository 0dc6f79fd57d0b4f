from pathlib import Path

import pytest

from ensembles.config import EnsembleConfig
from ensembles.errors import WeightsError
from models.clip_bundle import IMAGE_FILE
from models.clip_zero_shot import ClipOptions
from models.prepare import Preparation, prepare, prepared_models
from models.pretrained import Differences
from models.resnet50 import ONNX_FILE
from models.settings import ModelSettings
from tests.models.prepared import tiny_clip, tiny_resnet


class Exporting(ClipOptions):
    """Exports without torch: it puts the tiny model in its place."""

    def export(self, settings: ModelSettings) -> Differences:
        tiny_clip(self.wanted.place(settings.home))
        return {"image": 1e-7}


class WithoutTorch(ClipOptions):
    """What happens where the extra `pretrained` is not installed."""

    def export(self, settings: ModelSettings) -> Differences:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")


def config(kind: type[ClipOptions], *, pretrained: str = "random") -> EnsembleConfig:
    said = {"model": "tiny", "pretrained": pretrained, "positive": ["red"], "negative": ["blue"]}
    options = kind.model_validate(said)
    voter = {"name": "clip", "kind": "clip", "threshold": 0.5, "options": options}
    return EnsembleConfig.model_validate({"name": "e", "target": "red", "voters": [voter]})


def prepared(home: Path, wanted: EnsembleConfig) -> list[Preparation]:
    return list(prepare(wanted, ModelSettings(home=home)))


def test_a_model_is_exported_once(tmp_path: Path) -> None:
    (first,) = prepared(tmp_path, config(Exporting))
    (second,) = prepared(tmp_path, config(Exporting))

    assert first.differences == {"image": 1e-7}
    assert not first.was_there
    assert second.was_there
    assert first.files == second.files
    assert all(path.is_file() for path in first.files)


def test_an_altered_model_is_exported_again(tmp_path: Path) -> None:
    (first,) = prepared(tmp_path, config(Exporting))
    (first.files[0].parent / IMAGE_FILE).write_bytes(b"altered")

    (again,) = prepared(tmp_path, config(Exporting))

    assert not again.was_there


def test_seeds_are_models_of_their_own(tmp_path: Path) -> None:
    prepared(tmp_path, config(Exporting))

    (other,) = prepared(tmp_path, config(Exporting, pretrained="random-1"))

    assert not other.was_there


def test_a_model_given_by_its_path_is_never_exported(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="put the prepared model there"):
        prepared(tmp_path, config(Exporting, pretrained=f"{tmp_path}/nowhere"))


def test_without_torch_the_missing_extra_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"needs torch: install skysift\[pretrained\]"):
        prepared(tmp_path, config(WithoutTorch))


def test_what_is_prepared_can_be_listed(tmp_path: Path) -> None:
    clip = tiny_clip(tmp_path / "models" / "clip" / "tiny-1")
    (tmp_path / "models" / "resnet50" / "thin-2").mkdir(parents=True)
    resnet = tiny_resnet(tmp_path / "models" / "resnet50" / "thin-2" / ONNX_FILE).parent

    found = prepared_models(ModelSettings(home=tmp_path))

    assert [(model.kind, model.folder) for model in found] == [("clip", clip), ("resnet50", resnet)]
    assert found[0].size_bytes == sum(path.stat().st_size for path in clip.iterdir())


def test_an_empty_cache_lists_nothing(tmp_path: Path) -> None:
    assert prepared_models(ModelSettings(home=tmp_path / "none")) == []
