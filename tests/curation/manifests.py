"""Manifests for tests: made of what a test cares about, the rest is null."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from curation.manifest import write_manifest
from curation.manifest_schema import EMBEDDING, MadeWith, schema_of
from ensembles.voter import Floats

MADE_WITH = MadeWith("demo", "d" * 64, ("specialist", "clip"), "specialist", 4)


def table_of(
    columns: Mapping[str, Sequence[Any]],
    vectors: Floats | None = None,
    made_with: MadeWith = MADE_WITH,
) -> pa.Table:
    """A manifest of n frames; columns that are not named are null, embeddings NaN."""
    count = len(next(iter(columns.values())))
    if vectors is None:
        vectors = np.full((count, made_with.dimension), np.nan, dtype=np.float32)
    schema = schema_of(made_with)
    given: dict[str, Any] = {
        "source": [f"{number:05d}.jpg" for number in range(count)],
        "id": [f"{number:064x}" for number in range(count)],
        **columns,
    }
    if made_with.dimension:
        given[EMBEDDING] = pa.FixedSizeListArray.from_arrays(
            pa.array(np.asarray(vectors, dtype=np.float32).ravel()), made_with.dimension
        )
    arrays = [
        pa.array(given[field.name], type=field.type)
        if field.name in given
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def written(path: Path, table: pa.Table) -> Path:
    write_manifest(path, table.schema, [table])
    return path
