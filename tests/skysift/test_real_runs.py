"""The command as a user types it, in a process of its own, with the shipped models."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "demo" / "example.jpg"


def skysift(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skysift", *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "SKYSIFT_PROVIDER": "cpu", "SKYSIFT_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_gate_reviews_its_example_for_every_voter_that_is_asked() -> None:
    shown = skysift("triage", EXAMPLE, "--explain", "--json")

    row = json.loads(shown.stdout)
    assert shown.returncode == 0, shown.stderr
    assert row["decision"] == "review"
    assert row["asked_specialist"]
    assert row["asked_clip"]
    assert row["asked_resnet50"]


def test_a_text_file_among_pictures_is_one_failed_row() -> None:
    shown = skysift("triage", EXAMPLE, ROOT / "LICENSE", EXAMPLE, "--json")

    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert shown.returncode == 1
    assert [row["reasons"] for row in rows] == [[], ["not_an_image"], []]
    assert rows[0]["score_specialist"] == pytest.approx(rows[2]["score_specialist"], abs=1e-5)


@pytest.mark.parametrize("config", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_the_ensembles_that_come_with_skysift_have_no_mistakes(config: Path) -> None:
    shown = skysift("check", config)

    assert shown.returncode == 0, shown.stderr


def test_doctor_finds_nothing_to_mend_where_the_tests_run() -> None:
    shown = skysift("doctor", "--json")

    failed = [finding for finding in json.loads(shown.stdout) if finding["status"] == "fail"]
    assert failed == []
    assert shown.returncode == 0
