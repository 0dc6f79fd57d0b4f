"""`skysift curate split`: frames for training, calibration and test, never one flight in two."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from batch.columns import Wanted
from batch.tables import read_table, write_table
from curation.clean.thresholds import Thresholds, read_thresholds
from curation.duplicates.alike import Looks, linked_sets
from curation.labels.given import Frames
from curation.labels.label_file import Label, read_label_file
from curation.manifest import any_embeddings, perceptual_hashes, read_manifest
from curation.split.parting import parted
from curation.split.units import SplitBy, bursts_of, units_of
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from skysift.curate.split_words import LEFT_OUT, Split, facts_of, lines_of

PARTS = ("train", "calibration", "test")
NOT_LABELLED = ""
COLUMNS = ("id", "source", "group", "camera", "captured_at", "perceptual_hash")


def split(
    manifest: Annotated[Path, typer.Argument(help="What `skysift curate index` wrote.")],
    *,
    labels: Annotated[
        Path | None, typer.Option(help="CSV: frame, label, perhaps group; spread evenly.")
    ] = None,
    shares: Annotated[
        str, typer.Option(help="Of train, calibration and test; 0 leaves a part out.")
    ] = "0.6,0.2,0.2",
    by: Annotated[SplitBy, typer.Option(help="What is never parted.")] = SplitBy.GROUP,
    without: Annotated[
        Path | None, typer.Option(help="What `skysift curate clean` listed: goes nowhere.")
    ] = None,
    thresholds: Annotated[
        Path | None, typer.Option(help="YAML: from when frames are near duplicates.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same split.")] = 0,
    out: Annotated[Path, typer.Option(help="A label file with a column `split`.")] = Path(
        "split.csv"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Part frames into train, calibration and test: no flight, no near duplicates in two."""
    wanted = _shares(shares)
    limits = Thresholds() if thresholds is None else read_thresholds(thresholds)
    table = read_manifest(manifest, COLUMNS)
    found = _split(manifest, table, labels, wanted, by, without, limits, seed)
    write_table(out, columns_of(table, found, out))
    typer.echo(json.dumps(facts_of(found)) if as_json else "\n".join(lines_of(found)))


def _shares(text: str) -> dict[str, float]:
    try:
        given = [float(part) for part in text.split(",")]
    except ValueError:
        given = []
    if len(given) != len(PARTS) or min(given) < 0 or not np.isclose(sum(given), 1):
        raise ConfigError(
            f"--shares: must be three numbers that sum to 1, for {', '.join(PARTS)}, not {text!r}"
        )
    return {name: share for name, share in zip(PARTS, given, strict=True) if share}


def _split(
    manifest: Path,
    table: pa.Table,
    labels: Path | None,
    shares: dict[str, float],
    by: SplitBy,
    without: Path | None,
    thresholds: Thresholds,
    seed: int,
) -> Split:
    said = _labels_by_row(table, labels)
    groups = [
        (label.group if label else "") or group or ""
        for label, group in zip(said, table["group"].to_pylist(), strict=True)
    ]
    rng = np.random.default_rng(seed)
    with any_embeddings(manifest) as vectors:
        looks = Looks(vectors, *perceptual_hashes(table))
        alike = [str(first) for first in linked_sets(looks, thresholds.likeness, rng).tolist()]
    kinds = _kind(table, groups, by)
    units = units_of([kinds, alike, table["id"].to_pylist()])
    kept = np.flatnonzero(~_listed(table, without))
    strata = _codes([label.label if label else NOT_LABELLED for label in said])
    _, own = np.unique(units[kept], return_inverse=True)
    chosen = parted(own, strata[kept], list(shares.values()), rng)
    parts = [LEFT_OUT] * table.num_rows
    for row, part in zip(kept.tolist(), chosen.tolist(), strict=True):
        parts[row] = list(shares)[part]
    return Split(parts, tuple(shares), units, said, [name or "" for name in kinds])


def _labels_by_row(table: pa.Table, path: Path | None) -> list[Label | None]:
    said: list[Label | None] = [None] * table.num_rows
    if path is None:
        return said
    ids, sources, groups = (table[name].to_pylist() for name in ("id", "source", "group"))
    given = Frames(ids, sources, groups).given(read_label_file(path))
    if given.strange:
        raise ConfigError(
            f"{len(given.strange)} of its frames are not in the manifest, such as "
            f"{given.strange[0].key}",
            source=str(path),
        )
    for label, row in zip(given.labels, given.rows.tolist(), strict=True):
        said[row] = label
    return said


def _kind(table: pa.Table, groups: Sequence[str], by: SplitBy) -> Sequence[str | None]:
    if by is SplitBy.CAMERA:
        cameras = table["camera"].to_pylist()
        return [camera or group for camera, group in zip(cameras, groups, strict=True)]
    if by is SplitBy.BURST:
        return bursts_of(groups, table["captured_at"].to_pylist())
    return groups


def _listed(table: pa.Table, path: Path | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if path is None:
        return np.zeros(table.num_rows, dtype=bool)
    read = read_table(path, Wanted(("source",)))
    if "source" not in read.text:
        raise ConfigError("there is no column 'source'", source=str(path))
    listed = set(read.text["source"])
    return np.array([source in listed for source in table["source"].to_pylist()], dtype=bool)


def _codes(names: Sequence[str]) -> Codes:
    return np.asarray(np.unique(names, return_inverse=True)[1], dtype=np.int64)


def columns_of(table: pa.Table, found: Split, out: Path) -> dict[str, list[object]]:
    """Return one row per frame, by column, as score, calibrate and train read them.

    A frame that goes nowhere has neither a label nor a split: `skysift train` takes a labelled
    frame without a split for one to learn from.
    """
    said = [
        label if part != LEFT_OUT else None
        for label, part in zip(found.labels, found.parts, strict=True)
    ]
    return {
        "frame": [_from(out.parent, source) for source in table["source"].to_pylist()],
        "label": [label.label if label else "" for label in said],
        "object": [label.object if label else "" for label in said],
        "group": list(found.groups),
        "split": list(found.parts),
        "id": table["id"].to_pylist(),
        "unit": found.units.tolist(),
    }


def _from(folder: Path, source: str) -> str:
    """Return a path as it is called from the folder of the label file."""
    return (
        source if Path(source).is_absolute() else Path(os.path.relpath(source, folder)).as_posix()
    )
