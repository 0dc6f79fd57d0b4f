"""Every voter on every frame, once, as a table that calibration works on."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from batch.full_ballots import score_columns
from batch.labels import Label, ids_of, labels_of, read_labels
from batch.row import Row
from batch.score import score as score_paths
from batch.sources import find_pictures
from batch.tables import refuse_unwritable, write_table
from ensembles.errors import ConfigError
from ensembles.reasons import Reason
from models.catalog import Ensemble, load_ensemble, made_by
from models.settings import read_settings as read_model_settings
from monitoring.around import guard
from skysift.progress import progress

TROUBLE = {Reason.VOTER_FAILED, Reason.VOTER_TIMEOUT}


def write_score_table(
    frames: Sequence[Path], *, labels: Path | None, ensemble: Path, out: Path
) -> bool:
    """Score the frames and write the table; return whether there are failures to look at.

    Args:
        frames: Pictures, and folders of pictures.
        labels: CSV or Parquet: frame, label, and perhaps object, group, split.
        ensemble: The ensemble file.
        out: The table.

    Raises:
        SkysiftError: Labels and pictures do not fit, or something cannot be read or written.
    """
    refuse_unwritable(out)
    pictures = _pictures(frames)
    known = labels_of(pictures, read_labels(labels), source=labels) if labels else {}
    settings = read_model_settings()
    gate = load_ensemble(ensemble, settings, around=guard)
    rows = _score_all(pictures, gate)
    identities = made_by(gate.config, settings)
    write_table(out, score_columns(rows, known, made_by=_in_one_cell(identities)))
    typer.echo(_summary(list(rows.values()), known, out), err=True)
    return any(row.failed or TROUBLE.intersection(row.verdict.reasons) for row in rows.values())


def _pictures(frames: Sequence[Path]) -> dict[str, Path]:
    sources = find_pictures(frames)
    if not sources.pictures:
        named = ", ".join(str(path) for path in frames)
        raise ConfigError(f"{named}: no file in there is called like a picture")
    return ids_of(sources.pictures, frames)


def _score_all(pictures: Mapping[str, Path], gate: Ensemble) -> dict[str, Row]:
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
