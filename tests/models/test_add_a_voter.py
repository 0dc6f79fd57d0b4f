"""The tutorial, as a reader would follow it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.settings import ModelSettings
from tests.models.networks import network, written

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-voter.md").read_text(encoding="utf-8")
SHORT, LONG = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHORT_ENTRY, LONG_ENTRY = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

DARK = Frame.of_pixels(np.full((20, 30, 3), 10, dtype=np.uint8))
SNOW = Frame.of_pixels(np.full((30, 20, 3), 240, dtype=np.uint8))


@pytest.fixture(autouse=True)
def own_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("bright", "hot_spots"):
        sys.modules.pop(name, None)


def followed(folder: Path, module: str, code: str, entry: str) -> Ensemble:
    (folder / f"{module}.py").write_text(code)
    (folder / "snow.yaml").write_text(f"name: snow\ntarget: snow\nvoters:\n{entry}")
    return load_ensemble(folder / "snow.yaml", ModelSettings(threads=1))


def test_the_first_version_has_ten_lines() -> None:
    assert len([line for line in SHORT.splitlines() if line]) <= 10


def test_the_first_version_votes(tmp_path: Path) -> None:
    ensemble = followed(tmp_path, "bright", SHORT, SHORT_ENTRY)

    decisions = [verdict.decision for verdict in ensemble.gate.judge([DARK, SNOW])]

    assert decisions == ["skip", "review"]
    assert ensemble.gate.seats[0].voter.read([]).scores.shape == (0,)


def test_the_version_with_weights_votes(tmp_path: Path) -> None:
    model = network(
        [("ReduceMean", "image axis", "grey"), ("Squeeze", "grey axis", "heat")],
        {"axis": np.array([1])},
        takes=("image", ["n", 3, 8, 8]),
        gives={"heat": ["n", "h", "w"]},
    )
    written(model, tmp_path / "heat.onnx")

    ensemble = followed(tmp_path, "hot_spots", LONG, LONG_ENTRY)

    dark, snow = ensemble.gate.judge([DARK, SNOW])
    assert (dark.decision, snow.decision) == ("skip", "review")
    assert snow.votes[0].score == pytest.approx(0.9 * 240 / 255, abs=1e-6)
    assert ensemble.enough_px == 8
