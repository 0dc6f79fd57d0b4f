import csv
import json
from pathlib import Path

import pytest

from tests.curation.lamps import ensemble_in, picture
from tests.skysift.conftest import Skysift


@pytest.fixture
def manifest(skysift: Skysift, tmp_path: Path) -> Path:
    """Two equal dark frames, one that is white, and one that cannot be read."""
    out = tmp_path / "frames.parquet"
    picture(tmp_path / "flight" / "a.png", 0, 0, 0)
    picture(tmp_path / "flight" / "b.png", 0, 0, 0)
    picture(tmp_path / "flight" / "<white>.png", 255, 255, 255)
    (tmp_path / "flight" / "c.jpg").write_text("no picture", encoding="utf-8")
    gate = ensemble_in(tmp_path)
    skysift(
        *("curate", "index", tmp_path / "flight", "--ensemble", gate),
        *("--out", out, "--workers", 1),
    )
    return out


def test_clean_lists_reasons_and_writes_a_sheet_that_needs_nothing(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    out, sheet = tmp_path / "clean.csv", tmp_path / "clean.html"

    done = skysift("curate", "clean", manifest, "--out", out, "--sheet", sheet)

    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = {(Path(row["source"]).name, row["reason"]) for row in rows}
    page = sheet.read_text(encoding="utf-8")
    assert done.code == 0
    assert {
        ("c.jpg", "broken"),
        ("a.png", "underexposed"),
        ("a.png", "low_information"),
        ("b.png", "exact_duplicate"),
        ("<white>.png", "overexposed"),
    } <= said
    (duplicate,) = [row for row in rows if row["reason"] == "exact_duplicate"]
    assert Path(duplicate["duplicate_of"]).name == "a.png"
    assert next(row["value"] for row in rows if row["reason"] == "broken") == "not_an_image"
    assert "4 frames, 0 of them with nothing wrong" in done.out
    assert "&lt;white&gt;.png" in page
    assert "<white>" not in page
    assert page.count('src="data:image/jpeg;base64,') >= 4
    assert "http" not in page.replace("http-equiv", "")
    assert sorted(path.name for path in (tmp_path / "flight").iterdir()) == [
        "<white>.png",
        "a.png",
        "b.png",
        "c.jpg",
    ]


def test_clean_counts_for_programs_and_reads_thresholds(
    skysift: Skysift, manifest: Path, tmp_path: Path
) -> None:
    limits = tmp_path / "limits.yaml"
    limits.write_text("underexposed: null\nlow_information: null\n", encoding="utf-8")

    done = skysift(
        *("curate", "clean", manifest, "--thresholds", limits),
        *("--out", tmp_path / "clean.parquet", "--json"),
    )

    counts = json.loads(done.out)
    assert (counts["frames"], counts["broken"], counts["underexposed"]) == (4, 1, 0)
    assert (tmp_path / "clean.parquet").is_file()


def test_clean_prints_its_thresholds(skysift: Skysift) -> None:
    done = skysift("curate", "clean", "--show-thresholds")

    assert done.code == 0
    assert "blurred: 0.42  # `blur` above it" in done.out
