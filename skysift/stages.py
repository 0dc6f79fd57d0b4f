"""How far a command of several stages is: a bar each on a terminal, lines elsewhere; on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from skysift.progress import is_due

Tell = Callable[[str, int, int], None]
"""Is told what is done, how much of it is, and how much there is."""


@contextmanager
def stages() -> Iterator[Tell]:
    """Give the function that is to be told how far the stage is."""
    if not sys.stderr.isatty():
        yield _say
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total
        )


def _say(what: str, done: int, total: int) -> None:
    if is_due(done, total):
        typer.echo(f"{what}: {done} of {total}", err=True)
