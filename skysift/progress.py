"""How far a long command is: a bar on a terminal, a line now and then elsewhere; on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import Progress

Advance = Callable[[int, int], None]
"""Called with what is done and what there is in all."""

LINES = 10
"""Lines that a command writes from start to end where there is no terminal."""


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Give the function that is to be told how far the work is.

    Args:
        what: What is counted, such as `pictures decided`.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: _say(what, done, total)
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def is_due(done: int, total: int) -> bool:
    """Say whether this step is one of the few that get a line."""
    return done * LINES // total > (done - 1) * LINES // total


def _say(what: str, done: int, total: int) -> None:
    if is_due(done, total):
        typer.echo(f"{what}: {done} of {total}", err=True)
