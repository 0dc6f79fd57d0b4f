"""With real pictures and weights, where they are at hand (`SKYSIFT_DATA`)."""

from pathlib import Path

import pytest

from models.frames import Frame
from models.onnx_classifier import OnnxOptions
from models.preprocess import prepare
from models.runtime import Runtime
from models.settings import ModelSettings

LABELS = ("collapsed_building", "fire", "flooded_areas", "normal", "traffic_incident")
PICTURES = {".jpg", ".jpeg", ".png"}


def test_every_real_picture_is_decoded(shared_data: Path) -> None:
    paths = [path for path in shared_data.rglob("*") if path.suffix.lower() in PICTURES]

    frames = [Frame.decode(path.read_bytes(), enough_px=224) for path in paths]

    assert len(frames) > 300
    assert all(not frame.doubts for frame in frames)


def test_a_drone_knows_when_and_where_it_was(shared_data: Path) -> None:
    folder = shared_data / "drone_originals"

    frames = {
        path.parent.name: Frame.decode(path.read_bytes(), enough_px=224)
        for path in sorted(folder.rglob("*.[jJ][pP][gG]"))
    }

    assert all(frame.captured_at for frame in frames.values())
    texas, minsk = frames["canon_12mp_caliterra"], frames["dji_fc220_9mp_minsk"]
    assert (texas.latitude, texas.longitude) == pytest.approx((30.17, -98.09), abs=0.01)
    assert (minsk.latitude, minsk.longitude) == pytest.approx((53.92, 27.58), abs=0.01)
    assert minsk.altitude_m == pytest.approx(336.7, abs=0.2)
    assert (minsk.width_px, minsk.height_px) == (4000, 2250)
    assert minsk.pixels.shape == (282, 500, 3)


def test_emergencynet_is_right_on_24_of_25(shared_data: Path) -> None:
    options = OnnxOptions.model_validate(
        {
            "weights": str(shared_data / "models" / "emergencynet.onnx"),
            "labels": LABELS,
            "positive": [label for label in LABELS if label != "normal"],
            "input": {"size": 240, "scale": 255, "channels": "RGB"},
        }
    )
    voter = options.load(Runtime(ModelSettings(threads=1)))
    paths = sorted((shared_data / "aider").glob("*/*.png"))
    frames = [Frame.decode(path.read_bytes(), enough_px=240) for path in paths]

    (shares,) = voter.session.run(prepare(frames, voter.recipe))

    right = [
        LABELS[row.argmax()] == path.parent.name for row, path in zip(shares, paths, strict=True)
    ]
    assert len(right) == 25
    assert sum(right) >= 24
    scores = voter.read(frames).scores
    normal = [path.parent.name == "normal" for path in paths]
    assert max(scores[normal]) < min(scores[[not each for each in normal]])
