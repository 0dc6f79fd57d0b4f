import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from curation.labels.formats import FORMATS, format_of
from curation.labels.label_file import Label
from curation.labels.proposals import Proposal, Proposer, proposed
from demo.shipped import CONFIG
from ensembles.errors import ConfigError
from models.catalog import read

BOSS = Proposer("hiker", "demo", "d" * 64)
TWO = (
    Proposal("flights/a/1.jpg", "1" * 64, "a", (640, 480), "1", 0.9, {"clip": 0.8}),
    Proposal("flights/b/2.jpg", "2" * 64, "b", (640, 480), "0", 0.7, {"clip": None}),
)


def answered_csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"label": "none", "by": "ada", "at": "2026-05-01T10:00:00Z"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def answered_label_studio(path: Path) -> None:
    """As Label Studio exports it: predictions stay, annotations join them."""
    tasks = json.loads(path.read_text())
    said = tasks[0]["predictions"][0]["result"][0]
    said = said | {"value": {"choices": ["none"]}}
    tasks[0]["annotations"] = [
        {
            "result": [said],
            "completed_by": {"email": "ada"},
            "created_at": "2026-05-01T10:00:00Z",
            "was_cancelled": False,
        },
        {"result": [], "completed_by": 3, "was_cancelled": True},
    ]
    path.write_text(json.dumps(tasks))


def answered_coco(path: Path) -> None:
    whole = json.loads(path.read_text())
    whole["annotations"][0] |= {"category_id": 2, "by": "ada", "at": "2026-05-01T10:00:00Z"}
    path.write_text(json.dumps(whole))


ANSWERED = {"csv": answered_csv, "label-studio": answered_label_studio, "coco": answered_coco}


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_person_says_comes_back_with_who_and_when(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"proposals{FORMATS[name].suffix}"
    FORMATS[name].write(path, TWO, BOSS)
    ANSWERED[name](path)

    (label,) = [each for each in FORMATS[name].read(path, BOSS) if each.by == "ada"]

    assert format_of(path) == name
    assert label == Label("flights/a/1.jpg", "0", "", "a", "1" * 64, "ada", "2026-05-01T10:00:00Z")


@pytest.mark.parametrize("name", FORMATS)
def test_a_proposal_that_nobody_touched_is_no_persons_label(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"proposals{FORMATS[name].suffix}"
    FORMATS[name].write(path, TWO, BOSS)

    found = FORMATS[name].read(path, BOSS)

    assert all(label.by.startswith("model:") for label in found)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_text('["no", "such", "file"]')

    with pytest.raises(ConfigError):
        FORMATS[name].read(path, BOSS)


def test_coco_is_as_its_own_readers_expect_it(tmp_path: Path) -> None:
    path = tmp_path / "proposals.coco.json"
    FORMATS["coco"].write(path, TWO, BOSS)

    whole = COCO(str(path))

    assert [each["name"] for each in whole.loadCats(whole.getCatIds())] == ["hiker", "none"]
    assert whole.loadAnns(whole.getAnnIds(imgIds=[2]))[0]["category_id"] == 2


def test_a_task_of_label_studio_has_its_prediction_and_an_interface(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    FORMATS["label-studio"].write(path, TWO, BOSS)

    task: dict[str, Any] = json.loads(path.read_text())[0]
    (prediction,) = task["predictions"]

    assert prediction["model_version"] == "model:demo@dddddddddddd"
    assert prediction["result"][0]["value"] == {"choices": ["hiker"]}
    assert f'name="{prediction["result"][0]["from_name"]}"' in path.with_suffix(".xml").read_text()


def test_a_proposal_is_what_the_rule_says_and_surest_far_from_the_thresholds() -> None:
    config = read(CONFIG)
    scores = np.array(
        [[0.99, 0.99, 0.99], [0.4, 0.01, 0.01], [0.01, 0.01, 0.01], [0.01, np.nan, 0.01]],
        dtype=np.float32,
    )

    labels, confidences = proposed(scores, config)

    assert list(labels) == ["1", "1", "0", "1"]
    assert confidences[0] > 0.95 > confidences[1]
    assert confidences[1] < 0.5
    assert confidences[2] > 0.95
