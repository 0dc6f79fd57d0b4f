from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from PIL import Image

from skysift.app import run

BRIGHTNESS = "tests.skysift.brightness:BrightnessOptions"


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str


Skysift = Callable[..., Outcome]


@pytest.fixture
def skysift(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Skysift]:
    """Run a command line in this process, away from the settings of whoever runs the tests."""
    monkeypatch.setenv("SKYSIFT_PROVIDER", "cpu")

    def call(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    yield call
    structlog.reset_defaults()  # commands log to this test's stderr, which is closed after it


def ensemble_text(*, name: str = "lamps", options: str = "{}", second: str = "{}") -> str:
    return f"""
name: {name}
target: a lamp
voters:
  - {{name: near, kind: "{BRIGHTNESS}", threshold: 0.5, options: {options}}}
  - {{name: far, kind: "{BRIGHTNESS}", threshold: 0.9, options: {second}}}
vote: or
full_ballots: 0
"""


@pytest.fixture
def ensemble(tmp_path: Path) -> Path:
    file = tmp_path / "lamps.yaml"
    file.write_text(ensemble_text(), encoding="utf-8")
    return file


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    """A folder with a bright picture, a dark one, and a text file that is called a picture."""
    folder = tmp_path / "flight"
    folder.mkdir()
    for name, brightness in (("a.png", 250), ("b.png", 5)):
        Image.new("RGB", (40, 30), (brightness,) * 3).save(folder / name)
    (folder / "c.jpg").write_text("no picture", encoding="utf-8")
    return folder
