"""The alert rules say what docs/operations.md says they say, and their tests can fail."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from tests.deploy.mutants import Mutant, mutants
from tests.docs.pages import DOCS, ROOT, section, text_of

PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = PROMETHEUS / "rules.yml"
RULES_TEST = PROMETHEUS / "rules_test.yml"
RUNBOOK = DOCS / "operations.md"
TESTS: list[dict[str, Any]] = yaml.safe_load(RULES_TEST.read_text(encoding="utf-8"))["tests"]
BOOK: dict[str, Any] = yaml.safe_load(RULES.read_text(encoding="utf-8"))
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in BOOK["groups"] for rule in group["rules"]
}

needs_promtool = pytest.mark.skipif(
    which("promtool") is None, reason="there is no promtool: install Debian's package prometheus"
)


def promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_section_that_says_what_it_means_and_what_to_do(alert: str) -> None:
    text = section(RUNBOOK, alert)

    assert "**Means**" in text
    assert "**Do**" in text
    assert ALERTS[alert]["annotations"]["runbook"] == f"docs/operations.md#{alert.lower()}"
    assert f"`{ALERTS[alert]['labels']['severity']}`" in text


def test_the_runbook_has_no_section_for_an_alert_that_is_gone() -> None:
    headings = [line[4:] for line in text_of(RUNBOOK).splitlines() if line.startswith("### Sky")]

    assert set(headings) == set(ALERTS)


@needs_promtool
def test_promtool_finds_nothing_wrong() -> None:
    for what, file in (("rules", RULES), ("config", PROMETHEUS / "prometheus.yml")):
        done = promtool("check", what, file)

        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_every_alert_fires_when_it_should_and_not_before() -> None:
    fired = {case["alertname"] for test in TESTS for case in cases(test) if case["exp_alerts"]}

    done = promtool("test", "rules", RULES_TEST)

    assert done.returncode == 0, done.stdout + done.stderr
    assert fired == set(ALERTS)


@needs_promtool
def test_every_mutant_of_the_rules_is_valid_and_caught(tmp_path: Path) -> None:
    made = [mutant for rule in ALERTS.values() for mutant in mutants(rule)]
    files = [_written(mutant, tmp_path / str(index)) for index, mutant in enumerate(made)]

    valid = promtool("check", "rules", *(file / "rules.yml" for file in files))
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(lambda file: promtool("test", "rules", file / "test.yml"), files))

    assert valid.returncode == 0, valid.stderr
    assert len(made) > 100
    assert not [
        f"{mutant.alert}: {mutant.change}"
        for mutant, done in zip(made, seen, strict=True)
        if done.returncode == 0
    ]


def cases(test: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = test["alert_rule_test"]
    return found


def _written(mutant: Mutant, folder: Path) -> Path:
    """Return a folder with the mutant alone, and the tests that speak of its alert."""
    folder.mkdir()
    book = {"groups": [{"name": "mutant", "rules": [mutant.rule]}]}
    tests = [
        test
        | {"alert_rule_test": [case for case in cases(test) if case["alertname"] == mutant.alert]}
        for test in TESTS
        if any(case["alertname"] == mutant.alert for case in cases(test))
    ]
    told = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    for name, content in (("rules.yml", book), ("test.yml", told)):
        # JSON is YAML, and is written and read faster.
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
