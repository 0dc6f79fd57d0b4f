"""Files that would run code if they were opened the easy way: none of it runs."""

import pickle
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from ensembles.errors import ConfigError, SkysiftError
from models.catalog import options_for
from models.ensemble import load_ensemble
from models.settings import ModelSettings

ENSEMBLE = """
name: cars
target: car
voters:
  - {name: small, kind: onnx, threshold: 0.5,
     options: {weights: NAME, output: sigmoid, input: {size: 8}}}
"""


class Bomb:
    """When unpickled, leaves a file behind."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.crater,)


def as_pickle(bomb: Bomb, path: Path) -> None:
    path.write_bytes(pickle.dumps(bomb))


def as_torch_archive(bomb: Bomb, path: Path) -> None:
    """As `torch.save` writes it: a zip archive with a pickle in it."""
    with ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(bomb))
        archive.writestr("archive/version", "3")


def test_the_bomb_goes_off_when_it_is_unpickled(tmp_path: Path) -> None:
    crater = tmp_path / "crater"

    pickle.loads(pickle.dumps(Bomb(crater)))  # noqa: S301 - the point of this file

    assert crater.exists()


@pytest.mark.parametrize("pack", [as_pickle, as_torch_archive])
@pytest.mark.parametrize("name", ["a.onnx", "a.pt", "a.bin"])
def test_a_pickle_under_any_name_is_refused_and_not_opened(
    tmp_path: Path, pack: Callable[[Bomb, Path], None], name: str
) -> None:
    crater = tmp_path / "crater"
    pack(Bomb(crater), tmp_path / name)
    file = tmp_path / "cars.yaml"
    file.write_text(ENSEMBLE.replace("NAME", name))

    with pytest.raises(SkysiftError, match=name):
        load_ensemble(file, ModelSettings(threads=1))

    assert not crater.exists()


def test_a_yaml_file_makes_no_objects(tmp_path: Path) -> None:
    crater = tmp_path / "crater"
    file = tmp_path / "cars.yaml"
    file.write_text(f"!!python/object/apply:pathlib.Path.touch [{crater}]")

    with pytest.raises(ConfigError, match="is not YAML"):
        load_ensemble(file, ModelSettings(threads=1))

    assert not crater.exists()


@pytest.mark.parametrize("kind", ["os:system", "subprocess:Popen", "pathlib:Path", "builtins:eval"])
def test_a_kind_that_is_no_voter_is_never_called(kind: str) -> None:
    with pytest.raises(ConfigError, match="must be a class derived from ModelOptions"):
        options_for(kind)


def test_kinds_from_outside_can_be_ruled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_FOREIGN_KINDS", "false")

    with pytest.raises(ConfigError, match="none of Skysift's own"):
        options_for("tests.service.fake_kind:FakeOptions")
    assert options_for("onnx").__name__ == "OnnxOptions"
