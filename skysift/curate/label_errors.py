"""`skysift curate label-errors`: labels that are likely wrong, for people to look at again."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from curation.label_errors.suspects import Suspects, suspects
from curation.labels.given import Given
from curation.labels.label_file import read_label_file, write_rows
from ensembles.errors import ConfigError
from skysift.curate.frames import Indexed, indexed
from skysift.curate.label_sheet import write_label_sheet

COLUMNS = (
    *("rank", "frame", "id", "group", "given", "given_by", "given_at", "suggested", "suspicion"),
    *("confidence", "neighbours_otherwise", "confident_learning", "label", "by", "at"),
)


def label_errors(
    manifest: Annotated[Path, typer.Argument(help="What `skysift curate index` wrote.")],
    labels: Annotated[Path, typer.Argument(help="CSV: frame, label, perhaps by and at.")],
    *,
    most: Annotated[int, typer.Option(min=1, help="How many labels to look at again.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the division into folds.")] = 0,
    out: Annotated[Path, typer.Option(help="The list, a CSV file to correct in.")] = Path(
        "label-errors.csv"
    ),
    sheet: Annotated[
        Path | None, typer.Option(help="Also write the list with thumbnails (HTML).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Rank labels by what a probe and the nearest frames say against them; change none."""
    frames = indexed(manifest)
    given = frames.given(read_label_file(labels))
    if not given.labels:
        raise ConfigError("none of its frames is in the manifest", source=str(labels))
    words, codes = np.unique([label.label for label in given.labels], return_inverse=True)
    found = suspects(
        frames.embeddings[given.rows],
        codes.astype(np.int64),
        frames.group_codes[given.rows],
        scores=frames.scores[given.rows],
        seed=seed,
    )
    rows = list(_rows(frames, given, found, [str(word) for word in words], most))
    write_rows(out, COLUMNS, rows)
    if sheet is not None:
        write_label_sheet(sheet, rows, labelled=len(given.labels))
    facts = {
        "labelled": len(given.labels),
        "not_in_manifest": len(given.strange),
        "listed": len(rows),
        "believed_wrong": int(found.believed_wrong.sum()),
    }
    typer.echo(json.dumps(facts) if as_json else "\n".join(_lines(facts, out, sheet)))


def _rows(
    frames: Indexed, given: Given, found: Suspects, words: Sequence[str], most: int
) -> Iterator[dict[str, object]]:
    """Yield one line a label, the most suspicious first; people fill `label`, `by` and `at`."""
    for rank, place in enumerate(found.ranking[:most].tolist(), start=1):
        row, label = int(given.rows[place]), given.labels[place]
        yield {
            "rank": rank,
            "frame": frames.sources[row],
            "id": frames.ids[row],
            "group": frames.groups[row],
            "given": label.label,
            "given_by": label.by,
            "given_at": label.at,
            "suggested": words[found.suggested[place]],
            "suspicion": f"{found.suspicion[place]:.4f}",
            "confidence": f"{found.confidence[place]:.4f}",
            "neighbours_otherwise": f"{found.otherwise[place]:.4f}",
            "confident_learning": int(found.believed_wrong[place]),
        }


def _lines(facts: dict[str, int], out: Path, sheet: Path | None) -> Iterator[str]:
    yield (
        f"{facts['listed']} of {facts['labelled']} labels to look at again, the most suspicious "
        f"first; confident learning alone believes {facts['believed_wrong']} to be wrong"
    )
    if facts["not_in_manifest"]:
        yield f"{facts['not_in_manifest']} labels are of frames that the manifest does not have"
    yield from map(str, filter(None, (out, sheet)))
