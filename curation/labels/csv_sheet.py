"""Proposals as a CSV sheet: people fill `label`, `by` and `at`, and it is read back as it is."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from curation.labels.label_file import Label, label_of, rows_of, write_rows
from curation.labels.proposals import Proposal, Proposer


def write(path: Path, proposals: Sequence[Proposal], proposer: Proposer) -> None:
    """Write the sheet; the proposed label stands in a column of its own."""
    voters = list(proposals[0].scores) if proposals else []
    scores = [f"score_{voter}" for voter in voters]
    columns = ["frame", "id", "group", "proposed", "confidence", "proposed_by", *scores]
    write_rows(
        path,
        [*columns, "label", "by", "at"],
        (
            {
                "frame": each.frame,
                "id": each.id,
                "group": each.group,
                "proposed": each.label,
                "confidence": each.confidence,
                "proposed_by": proposer.name,
                **{f"score_{voter}": score for voter, score in each.scores.items()},
            }
            for each in proposals
        ),
    )


def read(path: Path, proposer: Proposer) -> list[Label]:
    """Return the lines in which somebody filled `label`; raises `ConfigError`."""
    found = [label_of(cells) for _, cells in rows_of(path)]
    return [replace(each, label=proposer.label(each.label)) for each in found if each.label]
