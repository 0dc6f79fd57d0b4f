"""How far a job is: a bar on a terminal, a plain line now and then elsewhere; on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from batch.entries import Counts

Tell = Callable[[Counts], None]
SECONDS_PER_LINE = 10.0


@contextmanager
def meter(start: Counts) -> Iterator[Tell]:
    """Give the function that is to be told how far the job is.

    Args:
        start: How far it is when this run begins.
    """
    pace = Pace(start.done)
    if not sys.stderr.isatty():
        yield PlainLines(pace)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("loading models", total=start.inputs, completed=start.done)
        yield lambda now: bar.update(task, completed=now.done, description=pace.words(now))


class Pace:
    """How fast a run is.

    Args:
        done_before: Rows that there were already.
    """

    def __init__(self, done_before: int) -> None:
        self._before = done_before
        self._started = monotonic()

    def words(self, now: Counts) -> str:
        """Return frames a second of this run, the share kept, and failures."""
        speed = self.speed(now)
        kept = now.review / max(1, now.done)
        return f"{speed:.1f} frames/s, {kept:.1%} kept, {now.failed} failed"

    def speed(self, now: Counts) -> float:
        """Return rows a second of this run."""
        return (now.done - self._before) / max(monotonic() - self._started, 1e-9)


class PlainLines:
    """A line every ten seconds, and one at the end."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._told = monotonic()

    def __call__(self, now: Counts) -> None:
        """Say how far the job is, unless that was said a moment ago."""
        if now.done < now.inputs and monotonic() - self._told < SECONDS_PER_LINE:
            return
        self._told = monotonic()
        left = (now.inputs - now.done) / max(self._pace.speed(now), 1e-9)
        typer.echo(
            f"{now.done} of {now.inputs} frames: {self._pace.words(now)}, {left:.0f} s left",
            err=True,
        )
