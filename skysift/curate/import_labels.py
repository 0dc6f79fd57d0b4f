"""`skysift curate import-labels`: what people said comes back into the label file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from curation.labels.formats import FORMATS, format_of
from curation.labels.given import Frames
from curation.labels.label_file import (
    COLUMNS,
    MODEL,
    Label,
    label_of,
    read_label_file,
    rows_of,
    write_label_file,
    write_rows,
)
from curation.labels.merge import Merged, merged
from curation.labels.proposals import Proposer
from curation.manifest import made_with_of, read_manifest
from ensembles.errors import ConfigError
from models.catalog import read
from skysift.watched import ensemble_path


def import_labels(
    files: Annotated[list[Path], typer.Argument(help="What came back: CSV, Label Studio, COCO.")],
    *,
    manifest: Annotated[Path, typer.Option(help="Which frames there are.")],
    into: Annotated[Path, typer.Option(help="The label file; made if there is none.")] = Path(
        "labels.csv"
    ),
    by: Annotated[str, typer.Option(help="Who labelled, where a file does not say it.")] = "",
    format_name: Annotated[
        str, typer.Option("--format", help="Of the files; default: what their names say.")
    ] = "",
    ensemble: Annotated[
        Path | None, typer.Option(help="Whose target was asked for; default: the served one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Take labels and corrections in; the later word of a person counts, a model's never does."""
    made_with = made_with_of(manifest)
    proposer = Proposer(read(ensemble_path(ensemble)).target, made_with.ensemble, made_with.digest)
    known = _frames(manifest)
    before = known.placed(read_label_file(into), into) if into.exists() else []
    coming = [
        label
        for file in files
        for label in _signed(known.placed(_read(file, format_name, proposer), file), by, file)
    ]
    found = merged(before, coming)
    _keep(into, found)
    facts = _facts(found, into)
    typer.echo(json.dumps(facts) if as_json else "\n".join(_lines(facts, into)))


def _frames(manifest: Path) -> Frames:
    table = read_manifest(manifest, ["id", "source", "group"])
    return Frames(*(table[name].to_pylist() for name in ("id", "source", "group")))


def _read(file: Path, format_name: str, proposer: Proposer) -> list[Label]:
    name = format_name or format_of(file)
    if name not in FORMATS:
        raise ConfigError(f"--format: there is no {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name].read(file, proposer)


def _signed(labels: Sequence[Label], by: str, file: Path) -> list[Label]:
    """Return labels with who and when; refuse one that nobody answers for."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    signed = [replace(label, by=label.by or by, at=label.at or now) for label in labels]
    if by.startswith(MODEL):
        raise ConfigError(f"--by: {by!r} is no person")
    if any(not label.by for label in signed):
        raise ConfigError(
            "some labels do not say who gave them: name the person with --by", source=str(file)
        )
    return signed


def _keep(into: Path, found: Merged) -> None:
    """Write what stands, and add what was overruled to the history beside it."""
    history = into.with_suffix(".history.csv")
    if found.replaced:
        before = [label_of(cells) for _, cells in rows_of(history)] if history.exists() else []
        rows = [asdict(label) for label in (*before, *found.replaced)]
        write_rows(history, COLUMNS, rows)
    write_label_file(into, found.labels)


def _facts(found: Merged, into: Path) -> dict[str, object]:
    return {
        "labels": len(found.labels),
        "new": found.new,
        "corrected": found.corrected,
        "confirmed": found.confirmed,
        "older_than_what_stands": found.late,
        "proposals_nobody_confirmed": found.of_models,
        "written": str(into),
    }


def _lines(facts: dict[str, object], into: Path) -> Iterator[str]:
    yield (
        f"{facts['labels']} labels: {facts['new']} new, {facts['corrected']} corrected, "
        f"{facts['confirmed']} confirmed"
    )
    if facts["older_than_what_stands"]:
        yield f"{facts['older_than_what_stands']} are older than what stands and changed nothing"
    if facts["proposals_nobody_confirmed"]:
        yield f"{facts['proposals_nobody_confirmed']} are a model's, and nobody confirmed them"
    yield str(into)
