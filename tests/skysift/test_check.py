import json
from pathlib import Path

import pytest

from ensembles.rules import Rule, at_least, weighted
from skysift.check import describe
from tests.service.test_outlook import written
from tests.skysift.conftest import Skysift, ensemble_text


def test_a_file_without_mistakes_shows_rule_voters_and_digest(
    skysift: Skysift, ensemble: Path
) -> None:
    shown = skysift("check", ensemble)

    assert shown.code == 0
    assert "lamps, which looks for: a lamp" in shown.out
    assert "or: yes from 1 of 2 votes" in shown.out
    assert "yes from 0.9, at most 10 s" in shown.out
    assert len(shown.out.split("digest")[1].split()[0]) == 64


def test_a_promise_is_shown_as_none_void_or_valid(skysift: Skysift, ensemble: Path) -> None:
    assert (
        "certificate none: the ensemble file names no certificate" in skysift("check", ensemble).out
    )

    ensemble.write_text(f"{ensemble.read_text()}certificate: gone.json\n", encoding="utf-8")

    shown = skysift("check", ensemble)
    assert "certificate void: " in shown.out
    assert "gone.json: cannot be read" in shown.out
    assert shown.code == 0


def test_all_mistakes_of_all_files_come_at_once(
    skysift: Skysift, ensemble: Path, tmp_path: Path
) -> None:
    text = ensemble.read_text(encoding="utf-8")
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(text.replace("threshold", "treshold"), encoding="utf-8")
    second.write_text(text.replace("vote: or", "vote: xor"), encoding="utf-8")

    shown = skysift("check", first, ensemble, second)

    assert shown.code == 2
    assert shown.err.count("did you mean 'threshold'?") == 2
    assert "'xor' is no rule" in shown.err
    assert f"{ensemble}: no mistakes" in shown.out


def test_missing_weights_are_no_mistake_but_are_told(skysift: Skysift, tmp_path: Path) -> None:
    file = tmp_path / "far.yaml"
    file.write_text(ensemble_text(options="{needs: lamp.onnx}"), encoding="utf-8")

    shown = skysift("check", file)

    assert shown.code == 0
    assert f"missing    voter 'near': {tmp_path / 'lamp.onnx'}" in shown.out
    assert "known when the weights are there" in shown.out


def test_a_file_that_is_not_there_is_a_mistake(skysift: Skysift, tmp_path: Path) -> None:
    shown = skysift("check", tmp_path / "gone.yaml")

    assert shown.code == 2
    assert "there is no such file" in shown.err


def test_json_holds_what_a_program_wants(skysift: Skysift, ensemble: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\n", encoding="utf-8")

    shown = skysift("check", ensemble, wrong, "--json")

    good, bad = [json.loads(line) for line in shown.out.splitlines()]
    assert good["config"]["vote"] == "or"
    assert good["problems"] == []
    assert bad["digest"] is None
    assert "target: is missing" in bad["problems"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (at_least(2, 3), "2-of-3: yes from 2 of 3 votes"),
        (weighted([2, 1, 1], 3), "weighted: yes from 3 of the weight 2 + 1 + 1"),
    ],
)
def test_a_rule_is_told_in_words(rule: Rule, words: str) -> None:
    assert describe(rule) == words


def test_who_stands_in_is_shown_with_what_it_costs(skysift: Skysift, tmp_path: Path) -> None:
    written(tmp_path, "wide", hours=0.5)
    own = written(tmp_path, "own", hours=0.2, on_drift={"switch_to": "wide.yaml"})

    shown = skysift("check", own)

    assert shown.code == 0
    assert "wide judges when the certificate is watch or void; +0.3 review hours" in shown.out


def test_who_cannot_stand_in_is_a_mistake(skysift: Skysift, tmp_path: Path) -> None:
    written(tmp_path, "wide")
    own = written(tmp_path, "own", hours=0.2, on_drift={"switch_to": "wide.yaml"})

    shown = skysift("check", own)

    assert shown.code == 2
    assert "must be certified beforehand" in shown.err
