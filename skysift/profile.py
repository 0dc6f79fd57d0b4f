"""`skysift profile`: what usual frames are like, as a file that drift is measured against."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from batch.golden import golden_of
from batch.observe import Observer
from models.settings import read_settings
from monitoring.make_profile import make_profile
from monitoring.profile import Profile
from monitoring.profile_file import write_profile
from skysift.example_pictures import example_pictures
from skysift.watched import Group, ensemble_path, refuse_foreign, see

FEW_FLIGHTS = 200
"""Below it the rarest usual flights are not known well enough to promise few false alarms."""

app = typer.Typer(help="Make the reference that drift is measured against.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Make the reference that drift is measured against."""


@app.command()
def make(
    frames: Annotated[
        list[Path], typer.Argument(help="Usual pictures and folders of them, or a scored run.")
    ],
    *,
    ensemble: Annotated[
        Path | None, typer.Option(help="The ensemble file; default: the served one.")
    ] = None,
    group: Annotated[Group, typer.Option(help="What is taken for one flight.")] = Group.FLIGHT,
    labels: Annotated[
        Path | None, typer.Option(help="CSV: frame, label, and `group`: the flight.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The profile to write.")] = Path("profile.npz"),
    seed: Annotated[int, typer.Option(min=0, help="Of the division and the simulation.")] = 0,
) -> None:
    """Make the reference that drift is measured against.

    From known-usual frames of many flights. Prints how often it would alarm on usual flights
    that it was not made from; exits with 1 when that is too often.
    """
    settings = read_settings()
    observer = Observer(ensemble_path(ensemble), settings)
    seen = see(frames, observer, group=group, labels=labels)
    refuse_foreign(seen, observer)
    golden = golden_of(observer, seen.frames, settings.limits)
    profile = make_profile(seen.frames, seen.identity, golden, seed=seed)
    examples, clusters = example_pictures(seen.frames, profile, settings.limits)
    profile = replace(profile, examples=examples, example_clusters=clusters)
    write_profile(profile, out)
    typer.echo("\n".join(_lines(profile, out)))
    if _alarms_too_often(profile):
        raise typer.Exit(1)


def _alarms_too_often(profile: Profile) -> bool:
    return profile.self_check.rate > 2 * profile.self_check.nominal


def _lines(profile: Profile, out: Path) -> list[str]:
    check = profile.self_check
    encoder = profile.identity.encoder
    lines = [
        f"{out}: {profile.frames} frames of {profile.flights} flights, "
        + (f"embeddings of {encoder!r}" if encoder else "no voter gives embeddings"),
        (
            f"self-check: {check.alarms} of {check.windows} usual windows alarm ({check.rate:.1%}, "
            f"nominal {check.nominal:.0%}), made of {check.flights} flights that were held out"
        ),
    ]
    if _alarms_too_often(profile):
        lines.append(
            "this alarms too often: usual flights differ by more than the profile knows. Make it "
            "from more flights"
        )
    elif profile.flights < FEW_FLIGHTS:
        lines.append(f"{FEW_FLIGHTS} flights or more would make its limits surer")
    lines.append(f"to watch: add `profile: {out.name}` to the ensemble file beside it")
    return lines
