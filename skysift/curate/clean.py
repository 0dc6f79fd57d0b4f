"""`skysift curate clean`: which frames are of no use, and by which measure."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from batch.tables import write_table
from curation.clean.clean import COLUMNS, findings_in
from curation.clean.finding import Defect, Finding
from curation.clean.thresholds import Thresholds, as_yaml, read_thresholds
from curation.manifest import any_embeddings, read_manifest
from skysift.curate.clean_sheet import write_clean_sheet

VALUE_DIGITS = 4


def clean(
    manifest: Annotated[Path, typer.Argument(help="What `skysift curate index` wrote.")] = Path(
        "frames.parquet"
    ),
    *,
    thresholds: Annotated[
        Path | None, typer.Option(help="YAML; what it does not name has its default.")
    ] = None,
    show_thresholds: Annotated[
        bool, typer.Option("--show-thresholds", help="Print the thresholds as YAML, and end.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The list: .csv or .parquet.")] = Path("clean.csv"),
    sheet: Annotated[
        Path | None, typer.Option(help="Also write thumbnails by reason (HTML).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what makes it fast.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """List the frames that are of no use, each with its reason and measure; deletes nothing."""
    limits = Thresholds() if thresholds is None else read_thresholds(thresholds)
    if show_thresholds:
        typer.echo(as_yaml(limits), nl=False)
        return
    table = read_manifest(manifest, COLUMNS)
    with any_embeddings(manifest) as vectors:
        found = findings_in(table, vectors, limits, np.random.default_rng(seed))
    write_table(out, columns_of(table, found))
    if sheet is not None:
        write_clean_sheet(sheet, table, found)
    counts = {str(defect): 0 for defect in Defect} | Counter(
        str(finding.defect) for finding in found
    )
    left = table.num_rows - len({finding.row for finding in found})
    if as_json:
        typer.echo(json.dumps({"frames": table.num_rows, "clean": left, **counts}))
    else:
        typer.echo("\n".join(_lines(table.num_rows, left, counts)))


def columns_of(table: pa.Table, found: Sequence[Finding]) -> dict[str, list[object]]:
    """Return one row per finding, by column."""
    ids, sources, groups, reasons = (
        table[name].to_pylist() for name in ("id", "source", "group", "reason")
    )
    kept = [finding.duplicate_of for finding in found]
    return {
        "id": [ids[finding.row] for finding in found],
        "source": [sources[finding.row] for finding in found],
        "group": [groups[finding.row] for finding in found],
        "reason": [str(finding.defect) for finding in found],
        "measure": [finding.measure for finding in found],
        "value": [_value(finding, reasons) for finding in found],
        "threshold": [_number(finding.threshold) for finding in found],
        "duplicate_of": [None if row is None else sources[row] for row in kept],
        "duplicate_of_id": [None if row is None else ids[row] for row in kept],
    }


def _value(finding: Finding, reasons: Sequence[str | None]) -> str | None:
    """Return what was measured; of a broken frame, what was wrong when it was indexed."""
    if finding.defect is Defect.BROKEN:
        return reasons[finding.row]
    return _number(finding.value)


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.{VALUE_DIGITS}g}"


def _lines(frames: int, left: int, counts: dict[str, int]) -> Iterator[str]:
    yield f"{frames} frames, {left} of them with nothing wrong"
    yield from (f"  {name:16} {count}" for name, count in counts.items() if count)
