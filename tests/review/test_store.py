"""What people said is kept, once, and read back the same by any process."""

import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from ensembles.errors import ConfigError
from review.database import Database, StoreError
from review.store import ReviewStore
from review.turns import Turn
from tests.review.labels import DIGEST, frame_id, label, sampled, store_in


def test_a_label_is_weighted_by_how_likely_its_frame_was_to_be_sampled(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.record(
        [sampled("kept", propensity=1.0, least=0.02), sampled("missed", "skip", propensity=0.02)]
    )

    store.add_labels("demo", [label("missed"), label("kept", minutes=1)], source="api")

    missed, kept = store.labelled(DIGEST)
    assert (missed.decision, missed.weight) == ("skip", 1.0)
    assert (kept.decision, kept.weight) == ("review", 0.02)


def test_a_label_given_twice_is_one(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.record([sampled("a")])

    first = store.add_labels("demo", [label("a"), label("a")], source="api")
    again = store.add_labels("demo", [label("a")], source="import")

    assert (first.received, first.new, first.counted) == (2, 1, 1)
    assert (again.received, again.new, again.counted) == (1, 0, 1)
    assert store.label_counts() == {("demo", "positive", "api"): 1}


def test_the_latest_word_on_a_frame_counts_in_whatever_order_it_came(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.record([sampled("a"), sampled("b")])

    store.add_labels("demo", [label("a", "negative", minutes=5), label("b")], source="api")
    store.add_labels("demo", [label("a", "positive", by="ben", minutes=1)], source="api")

    first, second = store.labelled(DIGEST)
    assert (first.frame, first.positive) == (frame_id("a"), False)
    assert (second.frame, second.positive) == (frame_id("b"), True)


def test_a_label_on_a_frame_outside_the_sample_is_kept_and_does_not_count(tmp_path: Path) -> None:
    store = store_in(tmp_path)

    receipt = store.add_labels("demo", [label("never sampled")], source="api")

    assert (receipt.new, receipt.counted) == (1, 0)
    assert store.labelled(DIGEST) == []


@pytest.mark.parametrize("other", [{"ensemble": "other"}, {"digest": "e" * 64}])
def test_labels_speak_of_the_gate_that_judged_the_frame(
    tmp_path: Path, other: dict[str, str]
) -> None:
    store = store_in(tmp_path)
    store.record([sampled("a", **other)])  # type: ignore[arg-type]  # only text is set

    store.add_labels("demo", [label("a")], source="api")

    assert store.labelled(DIGEST) == []


def test_a_frame_that_is_sent_again_keeps_its_first_record(tmp_path: Path) -> None:
    store = store_in(tmp_path)

    store.record([sampled("a", "skip", propensity=0.5)])
    store.record([sampled("a", "review", propensity=1.0)])
    store.add_labels("demo", [label("a")], source="api")

    assert [one.decision for one in store.labelled(DIGEST)] == ["skip"]


def test_thousands_of_labels_are_taken_at_once(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.record([sampled(number) for number in range(3000)])

    receipt = store.add_labels("demo", [label(number) for number in range(3000)], source="api")

    assert (receipt.new, receipt.counted) == (3000, 3000)
    numbers = [one.number for one in store.labelled(DIGEST)]
    assert numbers == sorted(numbers)


def _write(folder: Path, worker: int) -> None:
    store = store_in(folder)
    for number in range(20):
        store.record([sampled(f"{worker} {number}")])
        store.add_labels("demo", [label(f"{worker} {number}")], source="api")


def test_several_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(tmp_path, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(store_in(tmp_path).labelled(DIGEST)) == 60


def test_of_two_processes_that_turn_at_once_one_does(tmp_path: Path) -> None:
    one, other = store_in(tmp_path), store_in(tmp_path)
    turn = one.last_turn("demo", DIGEST)

    assert one.add_turn(turn.switch("drift"))
    assert not other.add_turn(turn.switch("drift too"))
    assert other.last_turn("demo", DIGEST).reason == "drift"


def test_a_turn_is_read_back_as_it_was(tmp_path: Path) -> None:
    turn = Turn.first("demo", DIGEST).restore("cleaned the lens", by="anna", after_label=7)

    store_in(tmp_path).add_turn(turn)

    assert store_in(tmp_path).last_turn("demo", DIGEST) == turn


@pytest.mark.parametrize(
    ("url", "told"),
    [("review.sqlite", "is no URL"), ("mysql://host/name", "'mysql' is not supported")],
)
def test_a_url_that_does_not_fit_is_refused(url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        ReviewStore.at(url)


def test_none_keeps_nothing() -> None:
    assert ReviewStore.at("none") is None


def test_a_database_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ReviewStore(Database(f"sqlite:///{tmp_path / 'file' / 'review.sqlite'}"))

    with pytest.raises(StoreError, match=r"file/review\.sqlite.*SKYSIFT_DATABASE"):
        store.check()


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    store_in(tmp_path).check()
    with sqlite3.connect(tmp_path / "review.sqlite") as connection:
        connection.execute("UPDATE about SET schema_version = 9")

    with pytest.raises(StoreError, match="version 9, but this Skysift knows version 1"):
        store_in(tmp_path).check()


def test_a_password_is_not_shown() -> None:
    pytest.importorskip("pg8000")
    store = ReviewStore(Database("postgresql://anna:secret@127.0.0.1:1/review"))

    with pytest.raises(StoreError) as failed:
        store.check()

    assert "secret" not in str(failed.value)


@pytest.mark.skipif(
    "SKYSIFT_TEST_POSTGRES" not in os.environ,
    reason="no PostgreSQL: SKYSIFT_TEST_POSTGRES is not set to the URL of an empty database",
)
def test_postgresql_keeps_the_same() -> None:
    store = ReviewStore(Database(os.environ["SKYSIFT_TEST_POSTGRES"]))
    store.record([sampled("a"), sampled("b", "skip", propensity=0.02)])
    store.record([sampled("a")])

    first = store.add_labels("demo", [label("a"), label("b"), label("a")], source="api")
    again = store.add_labels("demo", [label("b")], source="import")
    turn = store.last_turn("demo", DIGEST).switch("drift")
    added = [store.add_turn(turn), store.add_turn(turn)]

    assert (first.new, first.counted, again.new) == (2, 2, 0)
    assert [one.decision for one in store.labelled(DIGEST)] == ["review", "skip"]
    assert store.label_counts() == {("demo", "positive", "api"): 2}
    assert added == [True, False]
    assert store.last_turn("demo", DIGEST) == turn
    store.close()
