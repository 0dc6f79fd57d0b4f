"""A network goes from round to round; marked `pretrained`, because it needs torch."""

import json
from pathlib import Path

import pytest
import yaml

from benchmarks.data_loop_team import BOXES, SPOTTER, Team
from demo.scenes import draw_flights

pytestmark = pytest.mark.pretrained

SIZE = (160, 120)
OPTIONS = ("--epochs", "1")


def test_a_network_begins_with_what_it_learned_before_and_gives_embeddings(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from benchmarks.data_loop_boxes import write_boxes  # noqa: PLC0415 - needs torch
    from demo.learning import Stage  # noqa: PLC0415 - the same

    draw_flights(tmp_path / "summer", flights=24, frames_per_flight=2, size=SIZE, seed=3)
    labels = [tmp_path / "summer" / "labels.csv"]
    stages = [Stage(steps=2, batch=4, side=64, rate=1e-3)]
    write_boxes(tmp_path / "summer", tmp_path / BOXES, size=SIZE, stages=stages)
    team = Team(tmp_path, SPOTTER, recall=0.8, confidence=0.9, options=OPTIONS)

    team.train("first", ["summer"], labels)
    team.train("second", ["summer"], labels, after="first")

    sources = [
        json.loads((tmp_path / gate / "specialist.json").read_text())["source"]
        for gate in ("first", "second")
    ]
    assert "boxes.safetensors" in sources[0]
    assert "specialist.safetensors" in sources[1]
    [voter] = yaml.safe_load((tmp_path / "second" / "base.yaml").read_text())["voters"]
    assert voter["options"]["embedding_name"] == "features"
