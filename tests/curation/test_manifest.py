import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.manifest import (
    embeddings,
    has_embedding,
    made_with_of,
    mapped_embeddings,
    perceptual_hashes,
    read_manifest,
    record_batches,
    rows_in,
    write_manifest,
)
from curation.manifest_schema import EMBEDDING, MadeWith, schema_of
from ensembles.errors import ConfigError
from tests.curation.manifests import MADE_WITH, table_of, written

VECTORS = np.random.default_rng(8).normal(size=(5, 4)).astype(np.float32)
FIVE = {"group": list("aabbc")}


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    table = table_of(FIVE, VECTORS)

    path = written(tmp_path / "frames.parquet", table)

    assert read_manifest(path, table.schema.names).equals(table)
    assert made_with_of(path) == MADE_WITH
    assert rows_in(path) == 5


def test_embeddings_are_left_out_unless_they_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "frames.parquet", table_of(FIVE, VECTORS))

    assert EMBEDDING not in read_manifest(path).schema.names
    assert EMBEDDING in read_manifest(path, [EMBEDDING]).schema.names


def test_a_record_batch_gives_its_embeddings_without_a_copy(tmp_path: Path) -> None:
    path = written(tmp_path / "frames.parquet", table_of(FIVE, VECTORS))

    (batch,) = record_batches(path, [EMBEDDING])
    vectors = embeddings(batch)

    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, VECTORS)
    assert batch[EMBEDDING].flatten().buffers()[1].address == vectors.ctypes.data


def test_embeddings_of_a_slice_are_those_of_its_rows() -> None:
    table = table_of(FIVE, VECTORS)

    np.testing.assert_array_equal(embeddings(table.slice(1, 3)), VECTORS[1:4])


def test_frames_without_an_embedding_are_told_apart() -> None:
    vectors = VECTORS.copy()
    vectors[2] = np.nan

    found = has_embedding(embeddings(table_of(FIVE, vectors)))

    assert found.tolist() == [True, True, False, True, True]


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_mapped_embeddings_are_those_of_the_whole_file(tmp_path: Path, rows: int) -> None:
    path = written(tmp_path / "frames.parquet", table_of(FIVE, VECTORS).slice(0, rows))

    with mapped_embeddings(path) as vectors:
        np.testing.assert_array_equal(vectors, VECTORS[:rows])


def test_mapped_embeddings_need_no_memory_of_their_own(tmp_path: Path) -> None:
    made_with = MadeWith("demo", "d", (), "x", 64)
    table = table_of({"group": ["a"] * 40_000}, np.zeros((40_000, 64), np.float32), made_with)
    path = written(tmp_path / "frames.parquet", table)
    size = 40_000 * 64 * 4

    tracemalloc.start()
    with mapped_embeddings(path) as vectors:
        assert vectors.nbytes == size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < size / 2


def test_a_manifest_without_embeddings_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "frames.parquet", table_of(FIVE, None, MadeWith("demo", "d", ())))

    assert EMBEDDING not in read_manifest(path).schema.names
    with (
        pytest.raises(ConfigError, match="the manifest has no embeddings"),
        mapped_embeddings(path),
    ):
        pass


def test_perceptual_hashes_keep_all_64_bits() -> None:
    hashes, known = perceptual_hashes(table_of({"perceptual_hash": [2**64 - 1, None, 0]}))

    assert hashes.tolist() == [2**64 - 1, 0, 0]
    assert known.tolist() == [True, False, True]


def test_tables_are_written_one_after_the_other(tmp_path: Path) -> None:
    table = table_of(FIVE, VECTORS)

    count = write_manifest(
        tmp_path / "frames.parquet", table.schema, (table.slice(row, 1) for row in range(5))
    )

    assert count == 5
    assert read_manifest(tmp_path / "frames.parquet", table.schema.names).equals(table)


def test_every_column_says_what_it_means() -> None:
    schema = schema_of(MADE_WITH)

    assert [name for name in schema.names if name.startswith("score_")] == [
        "score_specialist",
        "score_clip",
    ]
    assert len(set(schema.names)) == len(schema.names)


def test_another_parquet_file_is_no_manifest(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "other.parquet")

    with pytest.raises(ConfigError, match="is no manifest; `skysift curate index` makes one"):
        read_manifest(tmp_path / "other.parquet")


def test_a_missing_manifest_and_a_broken_one_are_told(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing PAR1")

    with pytest.raises(ConfigError, match="there is no such file"):
        read_manifest(tmp_path / "missing.parquet")
    with pytest.raises(ConfigError, match="cannot be read as a manifest"):
        rows_in(tmp_path / "broken.parquet")


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "frames.parquet", table_of(FIVE, VECTORS))

    with pytest.raises(ConfigError, match="there is no column 'score_resnet50'"):
        read_manifest(path, ["id", "score_resnet50"])
