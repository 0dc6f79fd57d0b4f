"""`skysift copy-kept`: what a job kept, copied or linked to a folder; originals stay."""

from pathlib import Path
from typing import Annotated

import typer

from batch.journal import Journal
from batch.kept import Kept, copy_kept_files


def copy_kept(
    run: Annotated[Path, typer.Argument(help="The folder of a job.")],
    *,
    to: Annotated[Path, typer.Option(help="Gets the files.")],
    link: Annotated[
        bool, typer.Option("--link", help="Make symbolic links instead of copies.")
    ] = False,
) -> None:
    """Copy what a job kept, never move it.

    Kept is what went to review, also what could not be read; originals are only read. The exit
    code is 1 when something is missing by now, or lies in an archive, a video or behind a URL.
    """
    with Journal(run) as journal:
        kept: Kept = copy_kept_files(journal.pairs(), to, link=link)
    typer.echo(f"{kept.copied} {'linked' if link else 'copied'} to {to}", err=True)
    for source, why in kept.left[:10]:
        typer.echo(f"not copied: {source}: {why}", err=True)
    if kept.left:
        typer.echo(f"{len(kept.left)} could not be copied", err=True)
        raise typer.Exit(1)
