"""The manifest: one row a frame in one Parquet file, which every step of the data loop reads.

A frame that could not be read has its row too, with a `reason`; what is not known of it is null.
The pictures stay where they are.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ensembles.errors import ConfigError
from ensembles.voter import Floats
from monitoring.attributes import ATTRIBUTES

Hashes = npt.NDArray[np.uint64]

ROWS_PER_GROUP = 8_192
"""Rows that are read and written at a time: 16 MB of embeddings with 512 numbers each."""

SCORE = "score_"
"""Before the name of a voter."""

EMBEDDING = "embedding"

MADE_WITH = b"skysift"
"""Where the file's own metadata says what it was made with."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the manifest.

    Args:
        name: Of the column.
        type: What Arrow calls it.
        meaning: Units, ranges, and when it is null.
    """

    name: str
    type: pa.DataType
    meaning: str


LEADING = (
    Column("id", pa.string(), "hex SHA-256 of the file's bytes; null when it cannot be opened"),
    Column("source", pa.string(), "the path as it was named; one row each"),
    Column("size_bytes", pa.int64(), "of the file"),
    Column("modified_at", pa.timestamp("us", tz="UTC"), "of the file"),
    Column("width_px", pa.int32(), "of the original, upright"),
    Column("height_px", pa.int32(), "of the original, upright"),
    Column(
        "captured_at",
        pa.string(),
        "ISO 8601, from EXIF; without an offset when only the camera's clock is known",
    ),
    Column("latitude", pa.float64(), "degrees north, of the drone"),
    Column("longitude", pa.float64(), "degrees east, of the drone"),
    Column("altitude_m", pa.float64(), "metres, as the file has it; it can be far off"),
    Column("camera", pa.string(), "maker and model, from EXIF"),
    Column("group", pa.string(), "the flight, or what `--group` took for one"),
)
QUALITY = (
    *(Column(name, pa.float32(), "see docs/drift.md, on small crops") for name in ATTRIBUTES),
    Column("highlights", pa.float32(), "luma in [0, 1] that 99 % of the pixels do not exceed"),
    Column("blown_share", pa.float32(), "share of pixels, in [0, 1], that are white or nearly so"),
    Column("blur", pa.float32(), "in [0, 1]: how little is lost when it is blurred once more"),
    Column("entropy_bits", pa.float32(), "of the luma, in [0, 8]: what the pixels tell"),
    Column("perceptual_hash", pa.uint64(), "64 bits; pictures that look alike differ in few"),
)
"""Measures are taken on the frame as the voters see it, which may be smaller than the original."""

TRAILING = (
    Column("embedding_voter", pa.string(), "who gave the embedding"),
    Column("reason", pa.string(), "why there is no frame or no score, or a doubt; null if well"),
    Column("detail", pa.string(), "the same in words"),
)


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What the scores and embeddings of a manifest come from.

    Args:
        ensemble: Its name.
        digest: Of the ensemble.
        voters: Names, in the order of the ensemble.
        embedding_voter: Who gives the embeddings; empty when nobody does.
        dimension: Numbers in an embedding; 0 when nobody gives any.
    """

    ensemble: str
    digest: str
    voters: tuple[str, ...]
    embedding_voter: str = ""
    dimension: int = 0


def schema_of(made_with: MadeWith) -> pa.Schema:
    """Return the columns of a manifest, in order, with what it was made with as metadata.

    `score_<voter>` is float32, in [0, 1], null when the voter gave none. `embedding` is a list of
    `dimension` float32, of length 1, and NaN throughout when the frame has none; the column is
    absent when nobody gives embeddings.
    """
    scores = [(SCORE + voter, pa.float32()) for voter in made_with.voters]
    vectors = [(EMBEDDING, pa.list_(pa.float32(), made_with.dimension))]
    return pa.schema(
        [
            *((column.name, column.type) for column in (*LEADING, *QUALITY)),
            *scores,
            *(vectors if made_with.dimension else []),
            *((column.name, column.type) for column in TRAILING),
        ],
        metadata={MADE_WITH: json.dumps(asdict(made_with))},
    )


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
