"""`skysift merge`: the parts of a divided job as one."""

from pathlib import Path
from typing import Annotated

import typer

from batch.exports import export
from batch.journal import Journal
from batch.merge import merge as merge_parts
from batch.parquet_table import has_pyarrow
from batch.summary import summary_of
from skysift.score_job import write_summary


def merge(
    parts: Annotated[list[Path], typer.Argument(help="The folders of all parts.")],
    *,
    out: Annotated[Path, typer.Option(help="Gets the whole job.")],
) -> None:
    """Join the parts of a divided job.

    The sums are checked. All parts must be complete, of one job, and together the whole of it.
    """
    merge_parts(parts, out)
    with Journal(out) as journal:
        summary = summary_of(journal, journal.about()["certificate_id"] or "none")
        write_summary(summary, out)
        if has_pyarrow():
            export(journal, ("parquet",), out)
    typer.echo(summary.text())
    if summary.counts.failed:
        raise typer.Exit(1)
