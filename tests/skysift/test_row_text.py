from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from batch.row import Picture, Row, Stamp
from ensembles.reasons import Reason
from ensembles.votes import Verdict, Vote
from skysift.row_text import plain_line, table_of

STAMP = Stamp("lamps", "d1", ("near", "far"), "0.1.0")


def row(verdict: Verdict, *, source: str = "a.jpg", detail: str = "") -> Row:
    return Row(Picture(source), verdict, STAMP, datetime.now(UTC), 0.1, detail)


def drawn(*rows: Row) -> str:
    paper = StringIO()
    Console(file=paper, width=100, highlight=False).print(table_of(rows))
    return paper.getvalue()


def test_an_abstention_is_told_with_its_reason() -> None:
    vote = Vote("near", None, 0.5, Reason.VOTER_TIMEOUT)
    verdict = Verdict("review", votes=(vote,), skipped=("far",), reasons=(Reason.VOTER_TIMEOUT,))

    assert plain_line(row(verdict)) == "review\ta.jpg\tnear abstained, far -\tvoter_timeout"


def test_a_table_has_a_line_per_row_and_a_column_per_voter() -> None:
    seen = row(Verdict("skip", votes=(Vote("near", 0.25, 0.5), Vote("far", 0.125, 0.9))))
    unseen = row(Verdict.unjudged(Reason.EMPTY), source="b.jpg", detail="no bytes")

    text = drawn(seen, unseen)

    assert "near" in text
    assert "0.250 no" in text
    assert "empty: no bytes" in text


def test_a_table_names_pictures_relative_to_the_folder_of_all() -> None:
    rows = [row(Verdict("skip"), source=f"/flights/{name}") for name in ("one/a.jpg", "two/b.jpg")]

    text = drawn(*rows)

    assert "in /flights" in text
    assert " one/a.jpg" in text


def test_a_table_of_nothing_is_empty() -> None:
    assert "decision" in drawn()


def test_square_brackets_in_a_file_name_are_no_markup() -> None:
    assert "[red]a.jpg" in drawn(row(Verdict("skip"), source="[red]a.jpg"))
