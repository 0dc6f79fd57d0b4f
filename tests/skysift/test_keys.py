"""`skysift keys` writes who may come in, and shows a key once."""

import json
from pathlib import Path

import pytest

from service.key_file import read_keys
from service.keys import hashed
from skysift.app import run


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys.yaml"
    monkeypatch.setenv("SKYSIFT_API_KEYS", str(path))
    return path


def test_a_key_is_printed_once_and_alone(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["keys", "add", "drone-7", "--scope", "triage, read", "--per-minute", "600"])
    key = capsys.readouterr().out.strip()
    [kept] = read_keys(file)

    run(["keys", "list"])
    shown = capsys.readouterr().out

    assert code == 0
    assert (kept.name, list(kept.scopes), kept.per_minute) == ("drone-7", ["triage", "read"], 600)
    assert kept.sha256 == hashed(key)
    assert shown == "drone-7  triage,read  600 a minute\n"
    assert key not in file.read_text()


def test_the_list_for_programs_tells_no_hash(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["keys", "add", "eye", "--scope", "review"])
    capsys.readouterr()

    run(["keys", "list", "--json"])

    assert json.loads(capsys.readouterr().out) == [
        {"name": "eye", "scopes": ["review"], "per_minute": None}
    ]


def test_a_key_is_taken_out_by_name(file: Path) -> None:
    run(["keys", "add", "one"])
    run(["keys", "add", "two"])

    code = run(["keys", "remove", "one"])

    assert code == 0
    assert [key.name for key in read_keys(file)] == ["two"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "one"], "has a key called 'one'"),
        (["add", "two", "--scope", "triag"], "scopes[0]"),
        (["add", "two", "--scope", ","], "at least one is needed"),
        (["add", "Two Words"], "lower-case letters"),
        (["remove", "on"], "did you mean 'one'?"),
    ],
)
def test_a_mistake_is_said_and_changes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    run(["keys", "add", "one"])
    before = file.read_text()

    code = run(["keys", *arguments])

    assert code == 2
    assert said in capsys.readouterr().err
    assert file.read_text() == before


def test_which_file_must_be_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKYSIFT_API_KEYS", raising=False)

    assert run(["keys", "list"]) == 2
    assert "SKYSIFT_API_KEYS" in capsys.readouterr().err
