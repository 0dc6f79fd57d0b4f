import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batch.audit import faults_of
from batch.entries import Entry
from batch.input import Input
from batch.journal import PAGE, Journal
from ensembles.errors import ConfigError, SkysiftError
from ensembles.reasons import Reason


def cells(source: str = "a.jpg", **other: Any) -> dict[str, Any]:  # noqa: ANN401 - cells of any kind
    return {
        "source": source,
        "frame_index": 0,
        "decision": "skip",
        "reasons": [],
        "detail": None,
        **other,
    }


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path, create=True) as made:
        made.begin({"digest": "d1"}, [Input("a.jpg"), Input("b.jpg"), Input("c.jpg")])
        yield made


def test_every_input_waits_once_also_if_it_is_named_twice(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        repeated = journal.begin({}, [Input("a.jpg"), Input("b.jpg"), Input("a.jpg")])

        assert repeated == 1
        assert [item.input.source for item in journal.waiting()] == ["a.jpg", "b.jpg"]


def test_more_inputs_than_a_page_all_wait(tmp_path: Path) -> None:
    count = 2 * PAGE + 1
    with Journal(tmp_path, create=True) as journal:
        journal.begin({}, (Input(f"{i}.jpg") for i in range(count)))

        assert len({item.number for item in journal.waiting()}) == count


def test_work_done_twice_counts_once(journal: Journal) -> None:
    new = [journal.commit([Entry(1, cells())], {"near": 1.5}) for _ in range(2)]

    assert new == [1, 0]
    assert journal.counts().scored == 1
    assert journal.spent() == {"near": 3.0}


def test_the_first_row_of_an_input_stays(journal: Journal) -> None:
    journal.commit([Entry(1, cells(decision="review"))], {})
    journal.commit([Entry(1, cells(decision="skip"))], {})

    (row,) = journal.rows()
    assert row["decision"] == "review"


def test_what_failed_is_counted_apart(journal: Journal) -> None:
    broken = cells(decision="review", reasons=["empty"], detail="0 bytes")
    journal.commit([Entry(1, cells()), Entry(2, broken)], {})

    counts = journal.counts()
    assert (counts.inputs, counts.scored, counts.failed, counts.review) == (3, 1, 1, 1)
    assert journal.reasons() == {("skip", ""): 1, ("review", "empty"): 1}


def test_what_was_committed_is_there_for_the_next_process(journal: Journal, tmp_path: Path) -> None:
    journal.commit([Entry(2, cells("b.jpg"))], {})

    with Journal(tmp_path) as other:  # the first one is never closed: as after a kill
        assert [item.input.source for item in other.waiting()] == ["a.jpg", "c.jpg"]
        assert other.about() == {"digest": "d1"}


def test_a_listing_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def inputs() -> Iterator[Input]:
        yield Input("a.jpg")
        raise ConfigError("the list ends in nonsense")

    with Journal(tmp_path, create=True) as journal:
        with pytest.raises(ConfigError):
            journal.begin({"digest": "d1"}, inputs())

        assert journal.counts().inputs == 0
        assert journal.about() == {}


def test_suspects_wait_apart_from_the_others(journal: Journal) -> None:
    (first, *_) = journal.waiting()
    journal.count_death([type(first)(first.number, first.input, deaths=1)])

    assert [item.deaths for item in journal.suspects()] == [1]
    assert [item.input.source for item in journal.waiting()] == ["b.jpg", "c.jpg"]


@pytest.mark.parametrize(
    "given",
    [
        Input("\udcff.jpg"),
        Input("v.mp4", 31, "moment", seconds=1.04, pts=13312),
        Input("x.zip/a.jpg", kind="member", archive="x.zip"),
        Input("x.zip", kind="refused", reason=Reason.TOO_LARGE, detail="a bomb"),
    ],
)
def test_an_input_comes_back_as_it_was(given: Input) -> None:
    assert Input.of_text(given.to_text()) == given
    assert given.to_text().isascii()


def test_a_folder_without_a_job_says_so(tmp_path: Path) -> None:
    with pytest.raises(SkysiftError, match="no job in this folder"):
        Journal(tmp_path)


def test_a_journal_of_another_format_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        base = sqlite3.connect(journal.path)
        base.execute("pragma user_version = 99")
        base.close()

    with pytest.raises(SkysiftError, match="format 99"):
        Journal(tmp_path)


def test_a_file_that_is_no_journal_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_text("no database at all, but long enough to be one")

    with pytest.raises(SkysiftError, match=r"journal\.sqlite: file is not a database"):
        Journal(tmp_path)


def test_an_audit_finds_what_has_no_row(journal: Journal) -> None:
    journal.commit([Entry(1, cells("a.jpg")), Entry(3, cells("c.jpg"))], {})

    assert faults_of(journal) == ["3 inputs, but 2 scored + 0 failed", "b.jpg: has no row"]


def test_an_audit_finds_a_row_that_speaks_of_another_input(journal: Journal) -> None:
    rows = [Entry(i, cells(name)) for i, name in enumerate(("a.jpg", "a.jpg", "c.jpg"), start=1)]
    journal.commit(rows, {})

    assert faults_of(journal) == ["b.jpg: its row speaks of a.jpg"]


def test_an_audit_finds_a_failure_that_nobody_would_look_at(journal: Journal) -> None:
    names = ("a.jpg", "b.jpg", "c.jpg")
    rows = [Entry(i, cells(name, detail="0 bytes")) for i, name in enumerate(names, start=1)]
    journal.commit(rows, {})

    assert faults_of(journal)[0] == "a.jpg: failed, and yet not in review"


def test_a_whole_run_has_no_fault(journal: Journal) -> None:
    names = ("a.jpg", "b.jpg", "c.jpg")
    journal.commit([Entry(i, cells(name)) for i, name in enumerate(names, start=1)], {})

    assert faults_of(journal) == []
