from pathlib import Path

import pytest

from ensembles.errors import WeightsError
from models.export.weights_file import weights_file
from models.pretrained import Wanted
from models.settings import ModelSettings
from models.weight_source import RandomWeights, StateDict, Tag, Trained

NAME = "the weights example/clip"


def wanted(source: Trained) -> Wanted:
    return Wanted("clip", "ViT-B-32", source, "fp32")


def unreachable(folder: Path) -> Path:
    raise OSError("no route to host")


def found(home: Path, source: Trained, *, offline: bool = False) -> Path | None:
    settings = ModelSettings(home=home, offline=offline)
    return weights_file(wanted(source), settings, unreachable, known_as=NAME)


def test_random_weights_need_no_file(tmp_path: Path) -> None:
    assert found(tmp_path, RandomWeights(0)) is None


def test_a_file_is_taken_where_it_lies(tmp_path: Path) -> None:
    assert found(tmp_path, StateDict(tmp_path / "mine.pt")) == tmp_path / "mine.pt"


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_a_tags_file_may_be_put_into_the_cache_by_hand(tmp_path: Path, suffix: str) -> None:
    placed = tmp_path / "weights" / "ViT-B-32" / f"laion2b{suffix}"
    placed.parent.mkdir(parents=True)
    placed.touch()

    assert found(tmp_path, Tag("laion2b"), offline=True) == placed


def test_without_a_network_the_error_says_which_file_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        found(tmp_path, Tag("laion2b"))

    said = str(caught.value)
    assert "no route to host" in said
    assert NAME in said
    assert f"put it at {tmp_path}/weights/ViT-B-32/laion2b.safetensors" in said


def test_offline_nothing_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="SKYSIFT_OFFLINE is set"):
        found(tmp_path, Tag("laion2b"), offline=True)
