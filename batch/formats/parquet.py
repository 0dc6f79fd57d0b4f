"""Rows as Parquet: typed columns, written a block at a time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from batch.formats.catalog import About, Cells
from batch.parquet_table import pyarrow

ROWS_AT_ONCE = 500
"""Held as Python objects, which take ten times the memory of the columns."""

BATCHES_PER_GROUP = 10
"""Held as columns: smaller groups of rows make larger files, and slower ones to read."""

LEADING = {
    "id": "string",
    "source": "string",
    "frame_index": "int32",
    "video_seconds": "float64",
    "captured_at": "string",
    "latitude": "float64",
    "longitude": "float64",
    "altitude_m": "float64",
    "altitude_above": "string",
    "height_above_takeoff_m": "float64",
    "gimbal_yaw_degrees": "float64",
    "gimbal_pitch_degrees": "float64",
    "focal_length_35mm": "float64",
    "width_px": "int32",
    "height_px": "int32",
    "decision": "string",
    "settled": "bool_",
    "reasons": "list",
    "detail": "string",
    "box": "box",
}
OF_A_VOTER = {"score": "float64", "vote": "string", "asked": "bool_"}
TRAILING = {
    "full_ballot": "bool_",
    "ensemble": "string",
    "digest": "string",
    "certificate_id": "string",
    "skysift_version": "string",
    "scored_at": "instant",
    "latency_seconds": "float64",
}
"""`captured_at` stays text: a camera's clock without a zone is no moment in time."""


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `rows.parquet`; raises `SkysiftError` where pyarrow is not installed."""
    arrow, parquet = pyarrow(), pyarrow("pyarrow.parquet")
    schema = schema_of(about.voters)
    batches = (arrow.RecordBatch.from_pylist(block, schema=schema) for block in _blocks(rows))
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(batches, BATCHES_PER_GROUP)):
            writer.write_table(arrow.Table.from_batches(group))


def schema_of(voters: Iterable[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the pyarrow schema of rows with these voters' columns."""
    arrow = pyarrow()
    special = {
        "list": arrow.list_(arrow.string()),
        "box": arrow.list_(arrow.int32()),
        "instant": arrow.timestamp("us", tz="UTC"),
    }
    kinds = {
        **LEADING,
        **{f"{part}_{name}": kind for name in voters for part, kind in OF_A_VOTER.items()},
        **TRAILING,
    }
    return arrow.schema(
        [
            (name, special[kind] if kind in special else getattr(arrow, kind)())
            for name, kind in kinds.items()
        ]
    )


def _blocks(rows: Iterable[Cells]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while block := [_typed(cells) for cells in islice(left, ROWS_AT_ONCE)]:
        yield block


def _typed(cells: Cells) -> dict[str, Any]:
    return {**cells, "scored_at": datetime.fromisoformat(cells["scored_at"])}
