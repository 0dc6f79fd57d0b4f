"""`skysift score`: a job over any number of frames, or a score table for calibration."""

from pathlib import Path
from typing import Annotated

import typer

from batch.formats.catalog import formats_named
from batch.job import Part
from batch.listing import Every
from batch.tables import PARQUET_SUFFIXES
from ensembles.errors import ConfigError
from service.settings import read_settings as read_service_settings
from skysift.logs import log_to_stderr
from skysift.score_job import Wishes, score_job
from skysift.score_table import write_score_table

TABLE_SUFFIXES = PARQUET_SUFFIXES | {".csv"}


def score(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Pictures, folders, patterns, lists, archives, videos, URLs."),
    ],
    *,
    ensemble: Annotated[
        Path | None, typer.Option(help="The ensemble file; default: the served one.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="A folder: a job. A .parquet or .csv file: a score table.")
    ] = Path("scores.parquet"),
    labels: Annotated[
        Path | None,
        typer.Option(help="For a score table: CSV of frame, label[, object, group, split]."),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="For a score table: keep what drift sees, as .watched.npz."),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the job in --out.")] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: as many as cores.")] = 0,
    formats: Annotated[str, typer.Option(help="Written at the end, with commas between.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Inputs at most.")] = None,
    part: Annotated[str, typer.Option(help="A share of the inputs, such as 3/16.")] = "1/1",
    every: Annotated[str, typer.Option(help="Frames of videos: 1s, or 30 for each 30th.")] = "1s",
    engine: Annotated[str, typer.Option(help="local, or ray on a cluster.")] = "local",
    frame_deadline: Annotated[
        float, typer.Option(min=0.1, help="Seconds after which a silent worker is replaced.")
    ] = 120.0,
    pushgateway: Annotated[
        str | None, typer.Option(help="URL of a Prometheus Pushgateway that gets the sums.")
    ] = None,
) -> None:
    """Score any number of frames; goes on after a kill.

    With a folder as --out it is a job: one row for each input, on the disk as it goes; --resume
    goes on after a kill. With a .parquet or .csv file it asks every voter about every frame, and
    writes a score table for calibration.

    The exit code is 1 when an input cannot be read or a voter failed.
    """
    log_to_stderr()
    if out.suffix.lower() in TABLE_SUFFIXES:
        _refuse_for_a_table(
            {
                "--resume": resume,
                "--formats": formats,
                "--limit": limit,
                "--pushgateway": pushgateway,
            }
        )
        frames = [Path(name) for name in inputs]
        failures = write_score_table(frames, labels=labels, ensemble=ensemble, out=out, watch=watch)
    else:
        if labels is not None or watch:
            option = "--watch" if labels is None else "--labels"
            raise ConfigError(
                f"{option} belongs to a score table: name a .csv or .parquet as --out"
            )
        chosen = ensemble or read_service_settings().ensembles[0]
        wishes = Wishes(
            workers=workers,
            formats=_names_in(formats),
            limit=limit,
            part=Part.of_text(part),
            every=_every(every),
            engine=engine,
            deadline_seconds=frame_deadline,
            pushgateway=pushgateway,
        )
        failures = score_job(tuple(inputs), chosen, out, wishes, resume=resume)
    if failures:
        raise typer.Exit(1)


def _refuse_for_a_table(given: dict[str, object]) -> None:
    wrong = [option for option, value in given.items() if value]
    if wrong:
        raise ConfigError(f"{', '.join(wrong)}: for a job only; name a folder as --out")


def _names_in(formats: str) -> tuple[str, ...]:
    names = tuple(filter(None, map(str.strip, formats.split(","))))
    formats_named(names)
    return names


def _every(text: str) -> Every:
    """Return `1s`, `0.5s` or `30` as which frames of a video are judged."""
    try:
        if text.endswith("s") and (seconds := float(text[:-1])) > 0:
            return Every(seconds=seconds)
        if (frames := int(text)) >= 1:
            return Every(seconds=None, frames=frames)
    except ValueError:
        pass
    raise ConfigError(f"--every: must be like 1s (a second) or 30 (frames), not {text!r}")
