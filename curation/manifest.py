"""The manifest: one row a frame in one Parquet file, which every step of the data loop reads.

A frame that could not be read has its row too, with a `reason`; what is not known of it is null.
The pictures stay where they are.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from curation.manifest_schema import EMBEDDING, MADE_WITH, MadeWith
from ensembles.errors import ConfigError
from ensembles.voter import Floats

Hashes = npt.NDArray[np.uint64]

ROWS_PER_GROUP = 8_192
"""Rows that are read and written at a time: 16 MB of embeddings with 512 numbers each."""


def made_with_of(path: Path) -> MadeWith:
    """Return what a manifest was made with; raises `ConfigError` when it is none."""
    with _opened(path) as file:
        return _made_with(file.schema_arrow, path)


def rows_in(path: Path) -> int:
    """Return how many rows a manifest has; raises `ConfigError` when it is none."""
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def read_manifest(path: Path, columns: Collection[str] | None = None) -> pa.Table:
    """Return a manifest, or some columns of it, in the order of the file.

    Args:
        path: The Parquet file.
        columns: Their names; None for all but the embeddings, which are large.

    Raises:
        ConfigError: It is no manifest, or has no such column.
    """
    with _opened(path) as file:
        names = [name for name in file.schema_arrow.names if name != EMBEDDING]
        return file.read(columns=_known(columns, file, path) if columns is not None else names)


def record_batches(
    path: Path, columns: Collection[str] | None = None, *, rows: int = ROWS_PER_GROUP
) -> Iterator[pa.RecordBatch]:
    """Yield a manifest in its order, at most so many rows at a time; memory stays flat.

    Raises:
        ConfigError: It is no manifest, or has no such column.
    """
    with _opened(path) as file:
        names = None if columns is None else _known(columns, file, path)
        yield from file.iter_batches(batch_size=rows, columns=names)


def embeddings(table: pa.Table | pa.RecordBatch) -> Floats:
    """Return the embeddings, float32, shape (n, d); those of frames without one are NaN.

    Nothing is copied where the column is in one piece, as in a record batch.

    Raises:
        ConfigError: There is no such column.
    """
    if EMBEDDING not in table.schema.names:
        raise ConfigError(
            "the manifest has no embeddings: index with an ensemble one of whose voters gives any"
        )
    column = table[EMBEDDING]
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    vectors = column.flatten().to_numpy(zero_copy_only=True)
    return np.asarray(vectors.reshape(len(column), column.type.list_size))


@contextmanager
def mapped_embeddings(path: Path) -> Iterator[Floats]:
    """Give the embeddings of a whole manifest, float32, shape (n, d), on the disk.

    They are unpacked once into a temporary file that is mapped into memory, so a million of them
    need no memory of their own. Read-only, and gone at the end of the `with` block.

    Raises:
        ConfigError: It is no manifest, or has no embeddings.
    """
    dimension = made_with_of(path).dimension
    shape = (rows_in(path), dimension)
    with TemporaryFile(prefix="skysift-embeddings-") as file:
        for batch in record_batches(path, [EMBEDDING] if dimension else []):
            file.write(embeddings(batch).data)
        file.flush()
        if not shape[0]:
            yield np.empty(shape, dtype=np.float32)
            return
        yield np.memmap(file, dtype=np.float32, mode="r", shape=shape)


@contextmanager
def any_embeddings(path: Path) -> Iterator[Floats]:
    """Give `mapped_embeddings`, or float32, shape (n, 0), when the manifest has none."""
    if made_with_of(path).dimension:
        with mapped_embeddings(path) as vectors:
            yield vectors
    else:
        yield np.empty((rows_in(path), 0), dtype=np.float32)


def has_embedding(vectors: Floats) -> npt.NDArray[np.bool_]:
    """Return which of these embeddings are there, shape (n,)."""
    return ~np.isnan(vectors[:, 0])


def perceptual_hashes(table: pa.Table) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """Return the perceptual hashes, shape (n,), and which of them are there."""
    column = table["perceptual_hash"]
    known = column.is_valid().to_numpy(zero_copy_only=False)
    return column.fill_null(0).to_numpy().astype(np.uint64), np.asarray(known, dtype=bool)


def write_manifest(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write the rows of these tables and return how many; memory stays flat."""
    count = 0
    plain = [name for name in schema.names if name != EMBEDDING]
    with pq.ParquetWriter(
        path,
        schema,
        # Embeddings look like noise: packing them costs time at both ends and saves nothing.
        compression={name: "none" if name == EMBEDDING else "zstd" for name in schema.names},
        use_dictionary=plain,
        write_statistics=plain,
    ) as writer:
        for table in _groups_of(tables):
            writer.write_table(table.cast(schema), row_group_size=ROWS_PER_GROUP)
            count += table.num_rows
    return count


def _groups_of(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join small tables: a file of many small groups of rows is slow to read."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(each.num_rows for each in held) >= ROWS_PER_GROUP:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            _made_with(file.schema_arrow, path)
            yield file
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; `skysift curate index` makes one"
        ) from None
    except (pa.ArrowException, OSError) as error:
        raise ConfigError(f"cannot be read as a manifest: {error}", source=str(path)) from None


def _made_with(schema: pa.Schema, path: Path) -> MadeWith:
    said = (schema.metadata or {}).get(MADE_WITH)
    if said is None:
        raise ConfigError(f"{path}: is no manifest; `skysift curate index` makes one")
    fields = json.loads(said)
    return MadeWith(**{**fields, "voters": tuple(fields["voters"])})


def _known(columns: Collection[str], file: pq.ParquetFile, path: Path) -> list[str]:
    names = set(file.schema_arrow.names)
    if missing := [name for name in columns if name not in names]:
        raise ConfigError([f"there is no column {name!r}" for name in missing], source=str(path))
    return list(columns)
