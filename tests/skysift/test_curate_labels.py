import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from batch.labels import labels_of, read_labels
from curation.manifest_schema import MadeWith
from tests.curation.manifests import table_of, written
from tests.skysift.conftest import Skysift

FRAMES = 80
MADE_WITH = MadeWith("demo", "d" * 64, ("specialist", "clip", "resnet50"), "clip", 8)
TRUTH = np.arange(FRAMES) % 2


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Eighty frames of eight flights; every other one shows a hiker, and looks so."""
    rng = np.random.default_rng(3)
    vectors = np.eye(8)[TRUTH] + 0.1 * rng.normal(size=(FRAMES, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    columns: dict[str, Any] = {
        "source": [str(tmp_path / f"flight-{row // 10}" / f"{row:03d}.jpg") for row in range(80)],
        "group": [f"flight-{row // 10}" for row in range(FRAMES)],
        "width_px": [640] * FRAMES,
        "height_px": [480] * FRAMES,
        **{f"score_{voter}": 0.02 + 0.9 * TRUTH for voter in MADE_WITH.voters},
    }
    return written(
        tmp_path / "frames.parquet", table_of(columns, vectors.astype(np.float32), MADE_WITH)
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill(path: Path, answers: dict[int, dict[str, str]]) -> None:
    found = rows(path)
    for row, answer in answers.items():
        found[row] |= answer
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found[0].keys())
        writer.writeheader()
        writer.writerows(found)


def test_proposals_go_out_and_what_people_say_comes_back(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    sheet, labels = tmp_path / "sheet.csv", tmp_path / "labels.csv"

    done = skysift("curate", "prelabel", manifest, "--out", sheet)
    proposals = rows(sheet)
    fill(sheet, {0: {"label": "1", "by": "ada"}, 1: {"label": "hiker"}})
    back = skysift(
        "curate", "import-labels", sheet, "--manifest", manifest, "--into", labels, "--by", "bob"
    )

    assert done.code == back.code == 0
    assert [row["proposed"] for row in proposals] == [str(each) for each in TRUTH]
    assert [(row["label"], row["by"]) for row in rows(labels)] == [("1", "ada"), ("1", "bob")]
    assert all(row["at"] and row["id"] and row["group"] for row in rows(labels))
    assert "2 labels: 2 new, 0 corrected" in back.out


def test_nothing_is_proposed_for_frames_that_people_labelled(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    picks, labels, tasks = (tmp_path / name for name in ("picks.csv", "labels.csv", "tasks.json"))
    picks.write_text("id,label\n" + "".join(f"{row:064x},\n" for row in range(6)))
    labels.write_text(f"id,label\n{1:064x},0\n")

    skysift(
        "curate", "prelabel", manifest, "--only", picks, "--labelled", labels, "--format",
        "label-studio", "--out", tasks,
    )  # fmt: skip

    assert [task["data"]["id"] for task in json.loads(tasks.read_text())] == [
        f"{row:064x}" for row in (0, 2, 3, 4, 5)
    ]


def test_a_corrected_label_keeps_its_history(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    sheet, labels = tmp_path / "sheet.csv", tmp_path / "labels.csv"
    labels.write_text(f"id,label,by,at\n{0:064x},1,ada,2026-05-01T10:00:00Z\n")
    sheet.write_text(f"id,label,by,at\n{0:064x},0,bob,2026-06-01T10:00:00Z\n")

    done = skysift("curate", "import-labels", sheet, "--manifest", manifest, "--into", labels)

    assert "0 new, 1 corrected" in done.out
    assert [(row["label"], row["by"]) for row in rows(labels)] == [("0", "bob")]
    assert [(row["label"], row["by"]) for row in rows(tmp_path / "labels.history.csv")] == [
        ("1", "ada")
    ]


def test_labels_that_nobody_answers_for_are_refused(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"id,label\n{0:064x},1\n")

    done = skysift("curate", "import-labels", sheet, "--manifest", manifest)

    assert done.code == 2
    assert "--by" in done.err


def test_wrong_labels_come_first_and_their_correction_comes_back(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    labels, errors, sheet = (tmp_path / name for name in ("labels.csv", "errors.csv", "e.html"))
    wrong = (12, 33, 57)
    given = [1 - label if row in wrong else label for row, label in enumerate(TRUTH)]
    lines = [f"{row:064x},{label},ada,2026-05-01T10:00:00Z" for row, label in enumerate(given)]
    labels.write_text("id,label,by,at\n" + "\n".join(lines))
    picture = tmp_path / "flight-1" / "012.jpg"
    picture.parent.mkdir()
    Image.new("RGB", (64, 48), (90, 120, 30)).save(picture)

    done = skysift(
        "curate", "label-errors", manifest, labels, "--most", 5, "--out", errors, "--sheet", sheet
    )
    listed = rows(errors)
    fill(errors, {0: {"label": listed[0]["suggested"], "by": "bob"}})
    back = skysift("curate", "import-labels", errors, "--manifest", manifest, "--into", labels)

    assert done.code == back.code == 0
    assert {int(row["id"], 16) for row in listed[:3]} == set(wrong)
    assert all(row["given"] != row["suggested"] for row in listed[:3])
    assert listed[0]["given_by"] == "ada"
    assert "1 corrected" in back.out
    assert sheet.read_text().count("data:image/jpeg") == 1
    assert sheet.read_text().count("not at hand") == 4


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("prelabel", "--format", "xml"), "there is no 'xml'"),
        (("prelabel", "--only", "none.csv"), "there is no such file"),
        (("label-errors", "none.csv"), "there is no such file"),
    ],
)
def test_mistakes_are_one_message(
    skysift: Skysift, manifest: Path, command: tuple[str, ...], said: str
) -> None:
    done = skysift("curate", command[0], manifest, *command[1:])

    assert done.code == 2
    assert said in done.err


def test_the_label_file_is_read_where_frames_are_scored(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    sheet, labels = tmp_path / "sheet.csv", tmp_path / "labels.csv"
    sheet.write_text(f"id,label\n{0:064x},0\n{1:064x},hiker\n")

    skysift(
        "curate", "import-labels", sheet, "--manifest", manifest, "--into", labels, "--by", "ada"
    )
    found = read_labels(labels)

    assert [(label.label, label.group) for label in found] == [("0", "flight-0"), ("1", "flight-0")]
    assert labels_of({label.frame: Path(label.frame) for label in found}, found, source=labels)
