"""`skysift export`: a job's rows in any format, without scoring again."""

from pathlib import Path
from typing import Annotated

import typer

from batch.exports import export as write_formats
from batch.formats.catalog import FORMATS
from batch.journal import Journal


def export(
    run: Annotated[Path, typer.Argument(help="The folder of a job.")],
    *,
    format_: Annotated[
        list[str], typer.Option("--format", help=f"{', '.join(FORMATS)}; repeated for several.")
    ],
    to: Annotated[Path | None, typer.Option(help="Gets the files; default: the job's.")] = None,
) -> None:
    """Write a job's rows in another format.

    Works at any time, also of a job that is not complete: then of the rows that there are.
    """
    with Journal(run) as journal:
        for path in write_formats(journal, format_, to or run):
            typer.echo(str(path))
        counts = journal.counts()
    if counts.done < counts.inputs:
        typer.echo(
            f"not complete: {counts.done} of {counts.inputs} inputs have their row", err=True
        )
        raise typer.Exit(1)
