import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from batch.labels import read_labels
from tests.curation.manifests import table_of, written
from tests.skysift.conftest import Skysift

FLIGHTS, FRAMES = 20, 6


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Twenty flights of six frames; the last of flight 0 is the first of flight 1 again."""
    count = FLIGHTS * FRAMES
    hashes = np.random.default_rng(8).integers(0, 2**63, size=count, dtype=np.uint64)
    hashes[FRAMES] = hashes[FRAMES - 1]
    flights = [f"flight-{row // FRAMES:02d}" for row in range(count)]
    columns: dict[str, list[Any]] = {
        "source": [f"{flight}/{row % FRAMES}.jpg" for row, flight in enumerate(flights)],
        "group": flights,
        "camera": [f"camera {row // FRAMES % 4}" for row in range(count)],
        "perceptual_hash": hashes.tolist(),
    }
    return written(tmp_path / "frames.parquet", table_of(columns))


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    lines = [
        f"flight-{flight:02d}/{frame}.jpg,{int(frame == 0 and flight % 2 == 0)}"
        for flight in range(FLIGHTS)
        for frame in range(FRAMES)
    ]
    path.write_text("\n".join(["frame,label", *lines]), encoding="utf-8")
    return path


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parts_by(rows: list[dict[str, str]], column: str) -> dict[str, set[str]]:
    found = defaultdict(set)
    for row in rows:
        found[row[column]].add(row["split"])
    return found


def test_no_flight_and_no_near_duplicates_are_in_two_parts(
    skysift: Skysift, manifest: Path, labels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "split.csv"

    done = skysift("curate", "split", manifest, "--labels", labels, "--out", out)

    rows = rows_in(out)
    by_group = parts_by(rows, "group")
    assert done.code == 0
    assert len(rows) == FLIGHTS * FRAMES
    assert all(len(parts) == 1 for parts in by_group.values())
    assert by_group["flight-00"] == by_group["flight-01"]
    assert {row["split"] for row in rows} == {"train", "calibration", "test"}
    assert sum(row["label"] == "1" for row in rows) == FLIGHTS // 2
    assert "120 frames, 19 units that are never parted" in done.out


def test_what_it_writes_is_a_label_file(
    skysift: Skysift, manifest: Path, labels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "split.csv"
    skysift("curate", "split", manifest, "--labels", labels, "--out", out)

    read = read_labels(out)

    assert {label.split for label in read} == {"train", "calibration", "test"}


def test_shares_can_leave_a_part_out(skysift: Skysift, manifest: Path, tmp_path: Path) -> None:
    done = skysift(
        *("curate", "split", manifest, "--shares", "0.5,0.5,0"),
        *("--out", tmp_path / "split.csv", "--json"),
    )

    facts = json.loads(done.out)
    assert set(facts["parts"]) == {"train", "calibration"}
    assert facts["parts"]["train"]["frames"] == pytest.approx(60, abs=6)


def test_what_clean_listed_goes_nowhere_and_is_not_learnt_from(
    skysift: Skysift, manifest: Path, labels: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "clean.csv"
    listed.write_text("source,reason\nflight-02/0.jpg,blurred\n", encoding="utf-8")
    out = tmp_path / "split.csv"

    done = skysift(
        *("curate", "split", manifest, "--labels", labels, "--without", listed, "--out", out)
    )

    (left,) = [row for row in rows_in(out) if not row["split"]]
    assert left["frame"].endswith("flight-02/0.jpg")
    assert left["label"] == ""
    assert "left out" in done.out


def test_cameras_can_be_kept_together(skysift: Skysift, manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "split.csv"

    skysift("curate", "split", manifest, "--by", "camera", "--out", out)

    assert all(len(parts) == 1 for parts in parts_by(rows_in(out), "group").values())
    assert {row["group"] for row in rows_in(out)} == {f"camera {number}" for number in range(4)}


@pytest.mark.parametrize("shares", ["0.5,0.5", "a,b,c", "0.5,0.6,0.2", "1.2,-0.1,-0.1"])
def test_shares_that_make_no_sense_are_refused(
    skysift: Skysift, manifest: Path, shares: str
) -> None:
    done = skysift("curate", "split", manifest, f"--shares={shares}")

    assert done.code == 2
    assert "three numbers that sum to 1" in done.err


def test_labels_of_other_frames_are_refused(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("frame,label\nelsewhere.jpg,1\n", encoding="utf-8")

    done = skysift("curate", "split", manifest, "--labels", labels)

    assert done.code == 2
    assert "1 of its frames are not in the manifest, such as elsewhere.jpg" in done.err
