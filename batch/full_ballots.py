"""Rows on which every voter was asked, as the columns of a score table."""

from collections.abc import Iterable, Mapping
from typing import Any

from batch.labels import Label
from batch.row import Row
from batch.score_cells import SCORE

Columns = dict[str, list[Any]]


def score_columns(rows: Mapping[str, Row], labels: Mapping[str, Label], *, made_by: str) -> Columns:
    """Return the columns of a score table, one row per picture.

    A picture that could not be read, and a voter that abstained, leave empty scores: an
    abstention never skips a frame, so it costs no recall.

    Args:
        rows: By the picture's id; every voter was asked.
        labels: By the picture's id; pictures without one are not labelled.
        made_by: Which models gave the scores (`models.digest.made_by`).
    """
    known = [labels.get(name, Label(name)) for name in rows]
    return {
        "id": list(rows),
        "label": [label.label or None for label in known],
        "object": [label.object or None for label in known],
        "group": [label.group or None for label in known],
        "split": [label.split or None for label in known],
        **_scores(rows.values()),
        **_seen(rows.values()),
        "made_by": [made_by] * len(rows),
    }


def _scores(rows: Iterable[Row]) -> Columns:
    rows = list(rows)
    votes = [{vote.voter: vote.score for vote in row.verdict.votes} for row in rows]
    voters = rows[0].stamp.voters if rows else ()
    return {f"{SCORE}{voter}": [said.get(voter) for said in votes] for voter in voters}


def _seen(rows: Iterable[Row]) -> Columns:
    """Return where the frames came from and what went wrong, named like the columns of a row."""
    columns: Columns = {"path": [], "sha256": []}
    for row in rows:
        cells = row.columns()
        columns["path"].append(cells["source"])
        columns["sha256"].append(cells["id"])
        for name in _KEPT:
            columns.setdefault(name, []).append(cells[name])
        columns.setdefault("reasons", []).append(" ".join(row.verdict.reasons) or None)
    return columns


_KEPT = (
    "captured_at",
    "latitude",
    "longitude",
    "altitude_m",
    "width_px",
    "height_px",
    "ensemble",
    "digest",
    "skysift_version",
    "scored_at",
)
