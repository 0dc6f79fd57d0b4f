"""The command `skysift`: a table of subcommands, and what becomes of their errors.

A subcommand's file is imported only when it is asked for, so `skysift --help` needs none of
the packages that the work needs.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from batch.version import installed_version
from ensembles.errors import SkysiftError


@dataclass(frozen=True, slots=True)
class Command:
    """One line of `skysift --help`.

    Args:
        place: `module:name` of the function, or of the `typer.Typer` that groups functions.
        summary: What it does, in one line.
        extra: Of Skysift, that brings what it imports; empty when it needs none.
    """

    place: str
    summary: str
    extra: str = ""

    def load(self) -> Callable[..., Any] | typer.Typer:
        """Import and return the function or the group.

        Raises:
            SkysiftError: The extra it needs is not installed.
        """
        module, name = self.place.split(":")
        try:
            found: Callable[..., Any] | typer.Typer = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            if not self.extra:
                raise
            raise SkysiftError(
                f"this needs {error.name}: pip install 'skysift[{self.extra}]'"
            ) from error
        return found


COMMANDS = {
    "serve": Command("skysift.serve:serve", "Serve a gate over HTTP."),
    "doctor": Command("skysift.doctor:doctor", "Look for what is wrong on this machine."),
    "triage": Command("skysift.triage:triage", "Decide on pictures: review or skip."),
    "score": Command("skysift.score:score", "Score any number of frames; goes on after a kill."),
    "audit": Command("skysift.audit:audit", "Check that a job has one row for each input."),
    "export": Command("skysift.export:export", "Write a job's rows in another format."),
    "copy-kept": Command("skysift.copy_kept:copy_kept", "Copy what a job kept, never move it."),
    "merge": Command("skysift.merge:merge", "Join the parts of a divided job."),
    "calibrate": Command("skysift.calibrate:calibrate", "Promise a recall, with a certificate."),
    "plan": Command("skysift.plan:plan", "See what a promise costs in labels."),
    "replay": Command("skysift.replay:replay", "See what another gate would have decided."),
    "explain": Command("skysift.explain:explain", "See why a frame was decided as it was."),
    "order": Command("skysift.order:order", "Find who to ask first; no decision changes."),
    "profile": Command("skysift.profile:app", "Make the reference that drift is measured against."),
    "drift": Command("skysift.drift:app", "See what drifted, in what, and what to do."),
    "check": Command("skysift.check:check", "Read ensemble files and name every mistake."),
    "curate": Command("skysift.curate.app:app", "Find the frames worth a label.", extra="curate"),
    "train": Command("skysift.train:train", "Train the one model you own, as ONNX.", extra="train"),
    "review": Command("skysift.review:app", "Say what is on frames, and see what follows."),
    "keys": Command("skysift.keys:app", "Say who may come in."),
    "models": Command("skysift.models:app", "Prepare, convert and list models."),
    "demo": Command("skysift.demo:app", "Draw the demo world, train on it, measure it."),
}


def build(asked: Collection[str]) -> typer.Typer:
    """Return the command line with the subcommands named in `asked` loaded, the rest listed."""
    app = typer.Typer(
        name="skysift",
        help="Decide, for each picture a drone took, whether a person must look at it.",
        epilog="Exit codes: 0 done, 1 done with failures to look at, 2 usage or configuration.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for name, command in COMMANDS.items():
        loaded = command.load() if name in asked else _listed_only
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name, help=command.summary)
        else:
            app.command(name, short_help=command.summary)(loaded)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    An error a person can act on becomes one message; any other keeps its traceback.
    """
    asked = [word for word in arguments if not word.startswith("-")][:1]
    try:
        build(asked)(list(arguments), prog_name="skysift")
    except SkysiftError as error:
        typer.echo(f"error: {error}", err=True)
        return 2
    except KeyboardInterrupt:
        return 130
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"skysift {installed_version()}")
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options that stand before a subcommand."""


def _listed_only() -> None:
    """Stand in the list of subcommands without being one: `build` loads those asked for."""
