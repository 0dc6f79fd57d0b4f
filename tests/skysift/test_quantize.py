"""`skysift models quantize`, from the command line to a served int8 file."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.models.networks import convolutional, written
from tests.skysift.conftest import Skysift

GATE = """
name: tiny
target: a thing
voters:
  - name: own
    kind: onnx
    threshold: {threshold}
    options:
      weights: own.onnx
      {precision}
      labels: [a, b, c]
      positive: [b]
      output: logits
      input: {{size: 8, mean: 0.5, std: 0.5}}
full_ballots: 0
{views}
"""


def gate(
    folder: Path,
    *,
    precision: str = "precision: int8",
    threshold: float = 0.37,
    views: str = "",
    name: str = "gate.yaml",
) -> Path:
    written(convolutional(), folder / "own.onnx")
    file = folder / name
    text = GATE.format(precision=precision, threshold=threshold, views=views)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder of 40 different pictures."""
    folder, chance = tmp_path / "frames", np.random.default_rng(0)
    folder.mkdir()
    for index in range(40):
        patch = chance.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(patch).resize((128, 128), Image.Resampling.NEAREST).save(
            folder / f"{index:02}.png"
        )
    return folder


def test_the_report_names_what_it_does_to_recall_first(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    shown = skysift("models", "quantize", gate(tmp_path), frames)

    lines = shown.out.splitlines()
    assert shown.code == 0
    assert lines[0].startswith("20 frames gave the ranges, 20 others are compared")
    assert "frames go from review to skip" in lines[1]
    assert (tmp_path / "own.int8.onnx").is_file()
    assert "no recall is promised for it: run `skysift score`" in lines[-1]


def test_the_report_is_json_for_programs_and_in_a_file(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    out = tmp_path / "report.json"

    shown = skysift("models", "quantize", gate(tmp_path), frames, "--json", "--out", out)

    report = json.loads(shown.out)
    (voter,) = report["voters"]
    assert json.loads(out.read_text()) == report
    assert report["digest_before"] != report["digest_after"]
    assert report["decisions"]["frames"] == voter["views"] == 20
    assert 0 < voter["mean"] <= voter["largest"] < 0.1
    assert voter["cpu_ms_after"] > 0
    assert voter["bytes_after"] == (tmp_path / "own.int8.onnx").stat().st_size


def test_a_decision_that_flips_is_named(skysift: Skysift, tmp_path: Path, frames: Path) -> None:
    command = ("models", "quantize", gate(tmp_path), frames, "--json")
    (voter,) = json.loads(skysift(*command).out)["voters"]
    found = 0

    for threshold in np.linspace(0.3, 0.45, 16):
        report = json.loads(
            skysift("models", "quantize", gate(tmp_path, threshold=threshold), *command[3:]).out
        )
        changed, (voter,) = report["decisions"], report["voters"]
        assert len(changed["review_to_skip"]) == voter["lost"]
        assert len(changed["skip_to_review"]) == voter["gained"]
        found += voter["lost"] + voter["gained"]

    assert found


def test_check_says_which_command_to_run_and_is_content_afterwards(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    file = gate(tmp_path)

    before = skysift("check", file).out
    skysift("models", "quantize", file, frames)
    after = skysift("check", file).out

    assert "run `skysift models quantize`" in before
    assert "missing" not in after


def test_frames_that_cannot_be_read_are_listed_and_the_rest_is_used(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    (frames / "broken.jpg").write_text("no picture", encoding="utf-8")
    (frames / "copy.png").write_bytes((frames / "00.png").read_bytes())

    shown = skysift("models", "quantize", gate(tmp_path), frames)

    assert shown.code == 1
    assert "1 could not be read, 1 are copies" in shown.out
    assert f"not used: {frames / 'broken.jpg'}: not_an_image" in shown.err


def test_too_few_frames_are_refused_with_what_is_wrong_with_the_others(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    for path in sorted(frames.iterdir())[10:]:
        path.unlink()
    (frames / "broken.jpg").write_text("no picture", encoding="utf-8")

    shown = skysift("models", "quantize", gate(tmp_path), frames)

    assert shown.code == 2
    assert "10 different frames can be read of 11 that were named, and 32 are needed" in shown.err
    assert "broken.jpg: not_an_image" in shown.err
    assert not (tmp_path / "own.int8.onnx").exists()


def test_tiles_give_ranges_and_are_compared_one_by_one(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    file = gate(tmp_path, views="views: {tile: 64, overlap: 0}")

    report = json.loads(skysift("models", "quantize", file, frames, "--json").out)

    assert report["decisions"]["frames"] == 20
    assert report["voters"][0]["views"] == 20 * 4


def test_a_file_that_asks_for_nothing_says_what_to_write(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    shown = skysift("models", "quantize", gate(tmp_path, precision=""), frames)

    assert shown.code == 2
    assert "write `precision: int8`" in shown.err


def test_other_frames_do_not_replace_a_conversion_by_accident(
    skysift: Skysift, tmp_path: Path, frames: Path
) -> None:
    file = gate(tmp_path)
    skysift("models", "quantize", file, frames)

    again = skysift("models", "quantize", file, frames)
    other = skysift("models", "quantize", file, frames, "--seed", "1")
    meant = skysift("models", "quantize", file, frames, "--seed", "1", "--replace")

    assert "was there already" in again.out
    assert (other.code, meant.code) == (2, 0)
    assert "say --replace" in other.err
