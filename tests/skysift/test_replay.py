"""`skysift replay`: what another gate would have decided."""

import json
from pathlib import Path

import pytest

from tests.skysift.conftest import Skysift
from tests.skysift.score_tables import table, write

TABLE = """id,label,object,score_near,score_far
a,1,x,0.6,0.1
b,1,x,0.1,0.1
c,1,,0.2,0.2
d,0,,0.1,0.95
"""


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_recall_precision_and_workload_have_intervals(
    skysift: Skysift, scores: Path, ensemble: Path
) -> None:
    shown = skysift("replay", scores, "--ensemble", ensemble, "--seconds-per-frame", 3600, "--json")

    facts = json.loads(shown.out)["ensemble"]
    assert (facts["recall"]["successes"], facts["recall"]["trials"]) == (1, 2)
    assert facts["precision"]["share"] == 0.5
    assert facts["share_kept"]["share"] == 0.5
    assert facts["share_kept"]["low"] < 0.5 < facts["share_kept"]["high"]
    assert facts["review_hours"] == 2


def test_two_gates_are_compared_frame_by_frame(
    skysift: Skysift, scores: Path, ensemble: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(ensemble.read_text().replace("vote: or", "vote: and"), encoding="utf-8")

    shown = skysift("replay", scores, "--ensemble", other, "--against", ensemble)

    assert shown.code == 0
    assert "0 gained, 2 lost" in shown.out
    assert "1 of 2 objects" in shown.out


def test_nothing_labelled_leaves_recall_unknown(
    skysift: Skysift, ensemble: Path, tmp_path: Path
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("id,label,score_near,score_far\na,,0.6,0.1\n", encoding="utf-8")

    shown = skysift("replay", path, "--ensemble", ensemble)

    assert shown.code == 0
    assert "recall      unknown: there are no objects" in shown.out


def test_a_gate_whose_kinds_are_left_to_fill_in_can_be_replayed(
    skysift: Skysift, tmp_path: Path
) -> None:
    scores = write(tmp_path / "scores.csv", table(positives=100))
    out = tmp_path / "out" / "ensemble.yaml"
    skysift("calibrate", scores, "--recall", 0.95, "--rule", "or", "--out", out)

    shown = skysift("replay", scores, "--ensemble", out, "--json")

    recall = json.loads(shown.out)["ensemble"]["recall"]
    assert (recall["successes"], recall["trials"]) == (99, 100)


def test_a_voter_without_a_column_is_named(
    skysift: Skysift, ensemble: Path, tmp_path: Path
) -> None:
    scores = write(tmp_path / "scores.csv", table(positives=10, negatives=10))

    shown = skysift("replay", scores, "--ensemble", ensemble)

    assert shown.code == 2
    assert "voter 'near' has no column score_near" in shown.err
