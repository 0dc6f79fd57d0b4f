"""`skysift serve`: the HTTP service, and a curl line that works."""

from functools import partial
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from service.serve import address, run
from service.settings import read_settings

EXAMPLE = Path(str(files("demo") / "example.jpg"))
"""A frame of the demo world, so that the first request needs no picture of one's own."""


def serve(
    *,
    ensemble: Annotated[
        list[Path] | None,
        typer.Option(help="Ensemble file, repeated for several; the first is the default."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Port.")] = None,
    shadow: Annotated[
        Path | None,
        typer.Option(help="Ensemble file of a gate that sees a share and changes no answer."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes.")] = None,
) -> None:
    """Serve a gate over HTTP.

    What is not given here is read from SKYSIFT_* variables. Ctrl-C ends it.
    """
    given = {
        "ensembles": tuple(path.absolute() for path in ensemble or ()),
        "host": host,
        "port": port,
        "shadow": shadow.absolute() if shadow else None,
        "workers": workers,
    }
    settings = read_settings().model_copy(update={k: v for k, v in given.items() if v})
    greet = partial(_greet, address(settings))
    raise typer.Exit(run(settings, say=lambda _: greet()))


def _greet(url: str) -> None:
    typer.echo(f"\nready; try:\n\n  curl --data-binary @{quote(_short(EXAMPLE))} {url}/v1/triage\n")


def _short(path: Path) -> str:
    """Return the path as somebody would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
