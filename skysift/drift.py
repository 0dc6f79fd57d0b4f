"""`skysift drift`: what drifted, in what, and what to do; and whether the voters are as ever."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from batch.golden import Replay, replay
from batch.observe import Observer
from ensembles.errors import ConfigError
from models.settings import read_settings
from monitoring.observation_file import write_observations
from monitoring.profile import Profile
from monitoring.profile_file import read_profile
from monitoring.run_drift import drift_of
from skysift.drift_report.write import write_drift_report
from skysift.drift_words import FALSE_ALARMS_PER_WEEK, facts_of, lines_of
from skysift.watched import Group, ensemble_path, refuse_foreign, see


class ReportByDefault(TyperGroup):
    """A group whose command may be left out: `skysift drift run/` means `drift report run/`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own
        """Name the command when the first word is none."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["report", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ReportByDefault,
    help="See what drifted, in what, and what to do.",
    no_args_is_help=True,
)

EnsembleOption = Annotated[
    Path | None, typer.Option(help="The ensemble file; default: the served one.")
]
ProfileOption = Annotated[
    Path | None, typer.Option(help="The profile; default: what the ensemble file names.")
]


@app.command()
def report(
    frames: Annotated[
        list[Path], typer.Argument(help="Pictures and folders of them, or a scored run or job.")
    ],
    *,
    profile: ProfileOption = None,
    ensemble: EnsembleOption = None,
    group: Annotated[Group, typer.Option(help="What is taken for one flight.")] = Group.FLIGHT,
    labels: Annotated[
        Path | None, typer.Option(help="CSV: frame, label, and `group`: the flight.")
    ] = None,
    false_alarms_per_week: Annotated[
        float, typer.Option(min=0.001, help="What you put up with.")
    ] = FALSE_ALARMS_PER_WEEK,
    out: Annotated[Path, typer.Option(help="The report to write.")] = Path("drift.html"),
    keep: Annotated[
        Path | None, typer.Option(help="Also keep what was seen, as a .watched.npz file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Report what drifted: which flights, when, how much, in what.

    Writes an HTML report that needs no network. Exits with 1 when something drifted.
    """
    observer = Observer(ensemble_path(ensemble), read_settings())
    usual, source = _profile(profile, observer)
    usual.refuse_other(observer.identity_with(usual.identity.encoder), source=str(source))
    seen = see(frames, observer, group=group, labels=labels)
    refuse_foreign(seen, observer)
    if keep is not None:
        write_observations(keep, seen.frames, seen.identity)
    found = drift_of(seen.frames, usual, false_alarms_per_week=false_alarms_per_week)
    write_drift_report(out, found, seen.frames, usual)
    if as_json:
        facts = facts_of(found) | {"report": str(out)}
        typer.echo(json.dumps(facts, indent=2, allow_nan=False))
    else:
        typer.echo("\n".join([*lines_of(found), str(out)]))
    if found.alarms or found.unusual:
        raise typer.Exit(1)


@app.command()
def selftest(
    *,
    profile: ProfileOption = None,
    ensemble: EnsembleOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Ask every voter again about the profile's golden frames.

    Catches a changed resize, swapped channels, other weights. Exits with 1 when a voter is not
    what it was.
    """
    observer = Observer(ensemble_path(ensemble), read_settings())
    usual, source = _profile(profile, observer)
    if not usual.golden.pixels:
        raise ConfigError("it holds no golden frames: make it from pictures", source=str(source))
    differences = usual.identity.differences(observer.identity_with(usual.identity.encoder))
    comparable = set(usual.identity.voters) == set(observer.voters)
    replays = replay(observer, usual) if comparable else []
    if as_json:
        typer.echo(json.dumps(_replay_facts(replays, differences), indent=2))
    else:
        typer.echo("\n".join([*_replay_lines(replays, usual), *differences]))
    if differences or any(each.changed for each in replays):
        raise typer.Exit(1)


def _profile(named: Path | None, observer: Observer) -> tuple[Profile, Path]:
    path = named or observer.ensemble.config.profile
    if path is None:
        raise ConfigError(
            "no profile: name one with --profile, or add `profile:` to the ensemble file; "
            "`skysift profile make` makes it"
        )
    return read_profile(path), path


def _replay_lines(replays: list[Replay], usual: Profile) -> list[str]:
    return [
        f"{each.voter}: {'NOT what it was' if each.changed else 'as ever'}: scores of "
        f"{len(usual.golden.pixels)} golden frames moved by {each.score_change:.4f} at most"
        + (
            f", embeddings by {each.embedding_change:.4f}"
            if each.voter == usual.identity.encoder
            else ""
        )
        for each in replays
    ]


def _replay_facts(replays: list[Replay], differences: list[str]) -> dict[str, object]:
    return {
        "differences": differences,
        "voters": [
            {
                "voter": each.voter,
                "changed": each.changed,
                "score_change": round(min(each.score_change, 1.0), 6),
                "embedding_change": round(min(each.embedding_change, 2.0), 6),
            }
            for each in replays
        ],
    }
