"""Every voter on every frame, once, as a table that calibration works on."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from batch.full_ballots import score_columns
from batch.labels import Label, ids_of, labels_of, read_labels
from batch.observe import Observer
from batch.row import Row
from batch.score import Tap
from batch.score import score as score_paths
from batch.sources import find_pictures
from batch.tables import refuse_unwritable, write_table
from ensembles.errors import ConfigError
from ensembles.reasons import Reason
from models.digest import made_by
from models.ensemble import Ensemble
from models.settings import read_settings as read_model_settings
from monitoring.observation_file import SUFFIX, write_observations
from skysift.drift_words import drift_lines, usual_for
from skysift.progress import progress
from skysift.watched import Group, ensemble_path, flight_by

TROUBLE = {Reason.VOTER_FAILED, Reason.VOTER_TIMEOUT}


def write_score_table(
    frames: Sequence[Path],
    *,
    labels: Path | None,
    ensemble: Path | None,
    out: Path,
    watch: bool,
) -> bool:
    """Score the frames and write the table; return whether there are failures to look at.

    With a profile beside the ensemble, says which flights drifted, and keeps what drift sees.

    Args:
        frames: Pictures, and folders of pictures.
        labels: CSV or Parquet: frame, label, and perhaps object, group, split.
        ensemble: The ensemble file; None for the served one.
        out: The table.
        watch: Keep what drift sees also without a profile.

    Raises:
        SkysiftError: Labels and pictures do not fit, or something cannot be read or written.
    """
    refuse_unwritable(out)
    pictures = _pictures(frames)
    known = labels_of(pictures, read_labels(labels), source=labels) if labels else {}
    settings = read_model_settings()
    observer = Observer(ensemble_path(ensemble), settings)
    gate = observer.ensemble
    usual = usual_for(gate.config, settings)
    flights = {str(pictures[name]): label.group for name, label in known.items() if label.group}
    rows = _score_all(pictures, gate, observer.tap(flight_by(Group.FLIGHT, flights)))
    identities = made_by(gate.config, settings)
    write_table(out, score_columns(rows, known, made_by=_in_one_cell(identities)))
    typer.echo(_summary(list(rows.values()), known, out), err=True)
    if usual is not None or watch:
        kept = out.with_name(out.name.removesuffix(out.suffix) + SUFFIX)
        write_observations(kept, observer.observations, observer.identity)
        typer.echo(f"what drift sees: {kept}", err=True)
    if usual is not None and len(observer.observations):
        typer.echo("\n".join(drift_lines(observer.observations, usual)), err=True)
    return any(row.failed or TROUBLE.intersection(row.verdict.reasons) for row in rows.values())


def _pictures(frames: Sequence[Path]) -> dict[str, Path]:
    sources = find_pictures(frames)
    if not sources.pictures:
        named = ", ".join(str(path) for path in frames)
        raise ConfigError(f"{named}: no file in there is called like a picture")
    return ids_of(sources.pictures, frames)


def _score_all(pictures: Mapping[str, Path], gate: Ensemble, tap: Tap) -> dict[str, Row]:
    """Return one row per picture; none can be lost, because the two are counted together."""
    settings = read_model_settings()
    rows: dict[str, Row] = {}
    with progress("frames scored") as advance:
        scored = score_paths(
            pictures.values(),
            gate,
            limits=settings.limits,
            decoders=settings.shares.decode,
            ask_all=True,
            tap=tap,
        )
        for name, row in zip(pictures, scored, strict=True):
            rows[name] = row
            advance(len(rows), len(pictures))
    return rows


def _in_one_cell(identities: Mapping[str, str]) -> str:
    return " ".join(f"{voter}={identity}" for voter, identity in identities.items())


def _summary(rows: Sequence[Row], known: Mapping[str, Label], out: Path) -> str:
    positive = sum(label.label == "1" for label in known.values())
    negative = sum(label.label == "0" for label in known.values())
    unread = sum(row.failed for row in rows)
    return (
        f"{len(rows)} frames in {out}: {positive} labelled 1, {negative} labelled 0, "
        f"{len(rows) - positive - negative} not labelled; {unread} could not be read"
    )
