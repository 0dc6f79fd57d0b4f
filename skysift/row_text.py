"""A row as a person or a program reads it."""

import json
from collections.abc import Sequence
from os.path import commonpath
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from batch.row import Row
from ensembles.votes import Vote

NOT_ASKED = "-"
STYLES = {"review": "bold yellow", "skip": "dim"}


def json_line(row: Row) -> str:
    """Return the row's columns as one line of JSON."""
    return json.dumps(row.columns(), allow_nan=False)


def plain_line(row: Row) -> str:
    """Return decision, source, votes and reasons, with a tab between them."""
    votes = ", ".join(
        f"{voter} {said}" for voter, said in zip(row.stamp.voters, _votes(row), strict=True)
    )
    cells = [row.decision, _printable(row.picture.source), votes, _why(row)]
    return "\t".join(cells).rstrip("\t")


def table_of(rows: Sequence[Row]) -> Table:
    """Return a table with one line per row and one column per voter.

    Pictures are named relative to the folder that holds them all: paths would fill the terminal.
    """
    folder = _folder_of([Path(row.picture.source) for row in rows])
    table = Table(box=box.SIMPLE_HEAD, title=Text(f"in {_printable(str(folder))}"))
    voters = rows[0].stamp.voters if rows else ()
    for heading in ("decision", "picture", *voters, "why"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        name = Path(row.picture.source).absolute().relative_to(folder)
        cells = [_printable(str(name)), *_votes(row), _why(row)]
        # Text, because a file name like `[red].jpg` is no markup.
        table.add_row(Text(row.decision, STYLES[row.decision]), *map(Text, cells))
    return table


def _folder_of(paths: Sequence[Path]) -> Path:
    """Return the deepest folder that holds all paths."""
    return Path(commonpath([path.absolute().parent for path in paths] or [Path.cwd()]))


def _votes(row: Row) -> list[str]:
    votes = {vote.voter: vote for vote in row.verdict.votes}
    return [_said(votes[voter]) if voter in votes else NOT_ASKED for voter in row.stamp.voters]


def _said(vote: Vote) -> str:
    return vote.answer if vote.score is None else f"{vote.score:.3f} {vote.answer}"


def _why(row: Row) -> str:
    reasons = ", ".join(row.verdict.reasons)
    return f"{reasons}: {_printable(row.detail)}" if row.detail else reasons


def _printable(text: str) -> str:
    """Replace what a terminal or a line of text cannot hold; file names may be any bytes."""
    readable = text.encode(errors="surrogateescape").decode(errors="replace")
    return "".join(letter if letter.isprintable() else "�" for letter in readable)
