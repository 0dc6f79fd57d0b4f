from pathlib import Path

import pytest

from ensembles.errors import WeightsError
from models.weight_source import (
    Prepared,
    RandomWeights,
    StateDict,
    Tag,
    WeightSource,
    weight_source,
)

HERE = Path("/ensembles")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("laion2b_s34b_b79k", Tag("laion2b_s34b_b79k")),
        ("IMAGENET1K_V2", Tag("IMAGENET1K_V2")),
        ("random", RandomWeights(0)),
        ("random-7", RandomWeights(7)),
        ("mine.safetensors", StateDict(HERE / "mine.safetensors")),
        ("weights/mine.pth", StateDict(HERE / "weights/mine.pth")),
        ("/elsewhere/mine.pt", StateDict(Path("/elsewhere/mine.pt"))),
        ("weights/clip", Prepared(HERE / "weights/clip")),
        ("mine.onnx", Prepared(HERE / "mine.onnx")),
    ],
)
def test_a_source_is_told_by_how_it_is_written(said: str, meant: WeightSource) -> None:
    assert weight_source(said, HERE) == meant


@pytest.mark.parametrize("said", ["", 7, None, ["a"]])
def test_anything_else_is_refused(said: object) -> None:
    with pytest.raises(ValueError, match=r"expected a tag, a path, or `random`"):
        weight_source(said, HERE)


def test_a_files_identity_is_its_content_and_not_its_name(tmp_path: Path) -> None:
    one, same, other = (StateDict(tmp_path / f"{name}.pt") for name in ("a", "b", "c"))
    one.path.write_bytes(b"weights")
    same.path.write_bytes(b"weights")
    other.path.write_bytes(b"other weights")

    assert one.identity() == same.identity() != other.identity()


def test_a_file_that_is_not_there_has_no_identity(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"gone.pt"):
        StateDict(tmp_path / "gone.pt").identity()
