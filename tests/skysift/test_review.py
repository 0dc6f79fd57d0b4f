"""`skysift review`: labels come in, and a person decides."""

import json
from pathlib import Path

import pytest

from review.store import ReviewStore
from service.settings import read_settings
from skysift.app import run
from tests.review.labels import frame_id, sampled
from tests.service.test_outlook import written

HEAD = "frame,label,by,at\n"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewStore:
    monkeypatch.setenv("SKYSIFT_DATABASE", f"sqlite:///{tmp_path / 'review.sqlite'}")
    found = ReviewStore.at(read_settings().database)
    assert found is not None
    return found


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return written(tmp_path, "demo", hours=0.2)


def labels_in(folder: Path, names: range) -> Path:
    path = folder / "labels.csv"
    lines = [f"{frame_id(name)},positive,anna,2026-05-01T09:30:00Z\n" for name in names]
    path.write_text(HEAD + "".join(lines))
    return path


def status(gate: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert run(["review", "status", str(gate), "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_labels_from_a_file_void_the_promise_until_a_person_says_otherwise(
    tmp_path: Path, store: ReviewStore, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = str(status(gate, capsys)["digest"])
    store.record([sampled(name, "skip", digest=digest) for name in range(5)])

    assert run(["review", "import", str(labels_in(tmp_path, range(5))), "--ensemble", "demo"]) == 0
    assert "5 labels for demo: 5 new, 5 on frames of the blind sample" in capsys.readouterr().out
    assert status(gate, capsys)["standing"]["status"] == "void"  # type: ignore[index]  # JSON

    assert run(["review", "restore", str(gate), "--by", "ben", "--note", "all were birds"]) == 0
    told = status(gate, capsys)
    assert told["standing"]["status"] == "valid"  # type: ignore[index]  # JSON
    assert told["turn"]["turned_by"] == "ben"  # type: ignore[index]  # JSON
    assert told["live"]["missed"] == 0  # type: ignore[index]  # JSON


def test_the_status_is_told_in_words(
    store: ReviewStore, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["review", "restore", str(gate), "--by", "ben", "--note", "looked at it"])
    capsys.readouterr()

    assert run(["review", "status", str(gate)]) == 0

    text = capsys.readouterr().out
    assert "certificate  valid: recall at least 0.95" in text
    assert "judged by    its own gate" in text
    assert "by ben: looked at it" in text


def test_with_one_mistake_nothing_is_taken_in(
    tmp_path: Path, store: ReviewStore, capsys: pytest.CaptureFixture[str]
) -> None:
    path = labels_in(tmp_path, range(3))
    path.write_text(path.read_text() + "12,positive,anna,2026-05-01T09:30:00Z\n")

    assert run(["review", "import", str(path), "--ensemble", "demo"]) == 2

    assert "line 5: frame: should be the 64 hex digits" in capsys.readouterr().err
    assert store.label_counts() == {}


def test_a_file_twice_changes_nothing(
    tmp_path: Path, store: ReviewStore, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["review", "import", str(labels_in(tmp_path, range(3))), "--ensemble", "demo", "--json"]
    run(line)
    capsys.readouterr()

    run(line)

    assert json.loads(capsys.readouterr().out) == {"received": 3, "new": 0, "counted": 0}


def test_without_a_database_there_is_nothing_to_say(
    gate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SKYSIFT_DATABASE", "none")

    assert run(["review", "status", str(gate)]) == 2

    assert "SKYSIFT_DATABASE is none" in capsys.readouterr().err


def test_a_gate_with_mistakes_is_refused(
    tmp_path: Path, store: ReviewStore, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text("name: bad\n")

    assert run(["review", "status", str(tmp_path / "bad.yaml")]) == 2

    assert "voters" in capsys.readouterr().err
