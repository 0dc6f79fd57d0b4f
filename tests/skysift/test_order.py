"""`skysift order`: who to ask first."""

import json
from pathlib import Path

import pytest

from models.catalog import read
from tests.skysift.conftest import Skysift


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    rows = [f"n{row},0,0.1,{0.95 if row < 5 else 0.1}\n" for row in range(10)]
    path.write_text("id,label,score_near,score_far\n" + "".join(rows), encoding="utf-8")
    return path


def test_the_voter_that_settles_more_for_its_cost_comes_first(
    skysift: Skysift, scores: Path, ensemble: Path
) -> None:
    costs = ("--cost", "near=1", "--cost", "far=1.5")

    shown = skysift("order", scores, "--ensemble", ensemble, *costs, "--json")

    facts = json.loads(shown.out)
    assert facts["order"] == ["far", "near"]
    assert facts["asked"] == {"far": 1.0, "near": 0.5}
    assert (facts["expected_cost"], facts["expected_cost_as_listed"]) == (2.0, 2.5)


def test_the_file_is_written_in_that_order(
    skysift: Skysift, scores: Path, ensemble: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ordered.yaml"
    command = ("order", scores, "--ensemble", ensemble, "--cost", "near=1", "--cost", "far=1")

    shown = skysift(*command, "--out", out)

    assert shown.code == 0
    assert "25.0% saved" in shown.out
    written = read(out)
    assert [voter.name for voter in written.voters] == ["far", "near"]
    assert written.order == ("cheapest" if written.full_ballots else "listed")
    assert skysift(*command, "--out", out).code == 2


def test_costs_are_measured_on_pictures(
    skysift: Skysift, scores: Path, flight: Path, ensemble: Path
) -> None:
    shown = skysift("order", scores, "--ensemble", ensemble, "--measure", flight / "a.png")

    assert shown.code == 0
    assert "expected cost per frame" in shown.out


@pytest.mark.parametrize(
    ("costs", "problem"),
    [
        ((), "either --cost NAME=NUMBER or --measure FILE"),
        (("--cost", "near=1"), "--cost far=...: is missing"),
        (("--cost", "nera=1"), "did you mean 'near'?"),
        (("--cost", "near=0"), "expected a number above 0, not '0'"),
    ],
)
def test_costs_that_are_missing_are_told(
    skysift: Skysift, scores: Path, ensemble: Path, costs: tuple[str, ...], problem: str
) -> None:
    told = skysift("order", scores, "--ensemble", ensemble, *costs)

    assert told.code == 2
    assert problem in told.err
