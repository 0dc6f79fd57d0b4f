import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.manifest_schema import MadeWith
from demo.shipped import CONFIG
from skysift.app import run
from tests.curation.manifests import table_of, written

FRAMES = 60
MADE_WITH = MadeWith("demo", "d" * 64, ("specialist", "clip", "resnet50"), "clip", 8)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Sixty frames of six flights; the last ten are of a rare kind, one has no embedding."""
    rng = np.random.default_rng(3)
    vectors = np.eye(8)[np.repeat([0, 1, 5], [30, 20, 10])] + 0.2 * rng.normal(size=(FRAMES, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[7] = np.nan
    scores = {f"score_{voter}": rng.uniform(0, 1, FRAMES) for voter in MADE_WITH.voters}
    flights = [f"flight-{row % 6}" for row in range(FRAMES)]
    sources = [f"flights/{flight}/{row:03d}.jpg" for row, flight in enumerate(flights)]
    columns: dict[str, Any] = {"source": sources, "group": flights, **scores}
    return written(tmp_path / "frames.parquet", table_of(columns, vectors, MADE_WITH))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_picks_are_written_with_their_chances_and_room_for_a_label(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "picks.csv"

    code = run(["curate", "select", str(manifest), "-n", "12", "--out", str(out)])

    found = rows(out)
    assert code == 0
    assert len(found) == 12
    assert all(0 < float(row["propensity"]) <= 1 for row in found)
    assert {row["label"] for row in found} == {row["by"] for row in found} == {""}
    assert float(found[0]["score_clip"]) <= 1
    assert "1 have no embedding" in capsys.readouterr().out


def test_frames_that_are_labelled_are_not_picked(manifest: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    run(["curate", "select", str(manifest), "-n", "20", "--method", "diverse", "--out", str(first)])
    labels = tmp_path / "labels.csv"
    labels.write_text("frame,label\n" + "".join(f"{row['frame']},0\n" for row in rows(first)))

    run(
        ["curate", "select", str(manifest), "-n", "60", "--method", "diverse", "--per-group", "60",
         "--alike", "1", "--labelled", str(labels), "--out", str(second)]
    )  # fmt: skip

    names = [{row["id"] for row in rows(path)} for path in (first, second)]
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == FRAMES - 1


def test_what_was_done_can_be_read_by_a_program(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "picks.csv")

    run(
        ["curate", "select", str(manifest), "-n", "6", "--method", "random", "--out", out, "--json"]
    )

    facts = json.loads(capsys.readouterr().out)
    assert facts["picked"] == 6
    assert facts["without_embedding"] == 1
    assert {float(row["propensity"]) for row in rows(Path(out))} == {float(f"{6 / 59:.6g}")}


def test_the_report_compares_the_picks_with_a_random_sample(manifest: Path, tmp_path: Path) -> None:
    report, truth = tmp_path / "picks.html", tmp_path / "truth.csv"
    truth.write_text("id,label\n" + "".join(f"{row:064x},{int(row >= 50)}\n" for row in range(60)))

    code = run(
        ["curate", "select", str(manifest), "-n", "12", "--ensemble", str(CONFIG),
         "--out", str(tmp_path / "picks.csv"), "--report", str(report), "--truth", str(truth)]
    )  # fmt: skip

    page = report.read_text(encoding="utf-8")
    assert code == 0
    assert page.count('class="picked"') == page.count('class="random"') == 12
    assert page.count('class="usual"') == FRAMES - 1
    assert '<th scope="row">1</th><td class="n">10</td>' in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "best"], "there is no 'best'"),
        (["--alike", "2"], "must lie in"),
        (["--labelled", "missing.csv"], "there is no such file"),
    ],
)
def test_a_wish_that_cannot_be_is_one_message(
    manifest: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
) -> None:
    out = str(tmp_path / "picks.csv")

    code = run(["curate", "select", str(manifest), "-n", "5", "--out", out, *options])

    assert code == 2
    assert said in capsys.readouterr().err


def test_an_ensemble_with_other_voters_is_refused(
    manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(CONFIG.read_text().replace("name: clip ", "name: words "))

    code = run(["curate", "select", str(manifest), "-n", "5", "--ensemble", str(other)])

    assert code == 2
    assert "no scores of words" in capsys.readouterr().err


def test_a_manifest_without_embeddings_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_with = MadeWith("demo", "d" * 64, ("specialist",))
    path = written(tmp_path / "frames.parquet", table_of({"group": ["a"]}, made_with=made_with))

    code = run(["curate", "select", str(path), "-n", "1"])

    assert code == 2
    assert "index with an ensemble" in capsys.readouterr().err


def test_a_single_frame_can_be_picked_and_reported(tmp_path: Path) -> None:
    table = table_of({"group": ["a"]}, np.eye(8, dtype=np.float32)[:1], MADE_WITH)
    path, report = written(tmp_path / "frames.parquet", table), tmp_path / "picks.html"

    code = run(
        ["curate", "select", str(path), "-n", "3", "--method", "diverse",
         "--out", str(tmp_path / "picks.csv"), "--report", str(report)]
    )  # fmt: skip

    assert code == 0
    assert [row["propensity"] for row in rows(tmp_path / "picks.csv")] == ["1"]
    assert "Where they lie" not in report.read_text(encoding="utf-8")
