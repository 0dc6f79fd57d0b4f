"""`skysift triage`: review or skip, for files and folders."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from batch.row import Row
from batch.score import score
from batch.sources import Sources, find_pictures
from ensembles.errors import ConfigError
from ensembles.reasons import Reason
from models.ensemble import load_ensemble
from models.settings import read_settings as read_model_settings
from monitoring.around import guard
from service.settings import read_settings as read_service_settings
from skysift.logs import log_to_stderr
from skysift.progress import progress
from skysift.row_text import json_line, plain_line, table_of

TROUBLE = {Reason.VOTER_FAILED, Reason.VOTER_TIMEOUT}


def triage(
    files: Annotated[list[Path], typer.Argument(help="Pictures, and folders of pictures.")],
    *,
    ensemble: Annotated[
        Path | None, typer.Option(help="The ensemble file that decides; default: the served one.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Ask every voter.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Decide on pictures: review or skip.

    Every input is answered once, in order. One that cannot be read is `review`, with the
    reason, and the exit code is then 1; so it is when a voter failed.
    """
    log_to_stderr()
    sources = _sources(files)
    settings = read_model_settings()
    chosen = ensemble or read_service_settings().ensembles[0]
    gate = load_ensemble(chosen, settings, around=guard)
    rows = score(
        sources.pictures,
        gate,
        limits=settings.limits,
        decoders=settings.shares.decode,
        ask_all=explain,
    )
    started = perf_counter()
    done = _print_rows(rows, len(sources.pictures), as_json=as_json)
    typer.echo(_summary(done, sources.left_out, perf_counter() - started), err=True)
    if any(row.failed or TROUBLE.intersection(row.verdict.reasons) for row in done):
        raise typer.Exit(1)


def _sources(files: Sequence[Path]) -> Sources:
    sources = find_pictures(files)
    if not sources.pictures:
        named = ", ".join(str(file) for file in files)
        raise ConfigError(f"{named}: no file in there is called like a picture")
    return sources


def _print_rows(rows: Iterable[Row], count: int, *, as_json: bool) -> list[Row]:
    """Print a table on a terminal, one line per row elsewhere; return the rows."""
    if as_json:
        return _print_lines(rows, json_line)
    if not sys.stdout.isatty():
        return _print_lines(rows, plain_line)
    done = []
    with progress("pictures decided") as advance:
        for row in rows:
            done.append(row)
            advance(len(done), count)
    Console(highlight=False).print(table_of(done))
    return done


def _print_lines(rows: Iterable[Row], line: Callable[[Row], str]) -> list[Row]:
    done = []
    for row in rows:
        typer.echo(line(row))
        done.append(row)
    return done


def _summary(rows: Sequence[Row], left_out: Sequence[Path], seconds: float) -> str:
    review = sum(row.decision == "review" for row in rows)
    unread = sum(row.failed for row in rows)
    text = (
        f"{len(rows)} {'picture' if len(rows) == 1 else 'pictures'} in {seconds:.1f} s: "
        f"{review} review ({unread} could not be read), {len(rows) - review} skip"
    )
    if left_out:
        text += (
            f"\nleft out of the folders, not called like pictures: {len(left_out)}, such as "
            f"{left_out[0]}; name them to have them judged"
        )
    return text
