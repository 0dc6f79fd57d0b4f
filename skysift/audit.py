"""`skysift audit`: does a job have exactly one row for each input?"""

from pathlib import Path
from typing import Annotated

import typer

from batch.audit import faults_of
from batch.journal import Journal


def audit(
    run: Annotated[Path, typer.Argument(help="The folder of a job.")],
    *,
    failed: Annotated[bool, typer.Option("--failed", help="List the inputs that failed.")] = False,
) -> None:
    """Check that a job has one row for each input.

    The exit code is 1 when counts differ, or an input has no row, or a row that is not its own.
    """
    with Journal(run) as journal:
        faults = faults_of(journal)
        counts = journal.counts()
        if failed:
            for cells in journal.rows():
                if cells["detail"] is not None:
                    typer.echo(
                        f"{cells['source']}\t{' '.join(cells['reasons'])}\t{cells['detail']}"
                    )
    typer.echo(f"{counts.inputs} inputs, {counts.scored} scored, {counts.failed} failed", err=True)
    for fault in faults:
        typer.echo(f"fault: {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("every input has exactly one row", err=True)
