"""Rows that are finished but not yet in the manifest, on the disk beside it: a kill loses none."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.looker import File
from curation.manifest import made_with_of, record_batches, write_manifest
from curation.manifest_schema import MadeWith, schema_of
from ensembles.errors import ConfigError, SkysiftError

SUFFIX = ".parts"
KEY_COLUMNS = ("source", "size_bytes", "modified_at", "reason")

SHOWN_DIGITS = 12
"""Of a digest."""


class Parts:
    """The folder of parts beside a manifest; use it in a `with` block, which locks it.

    Args:
        out: The manifest, which need not be there yet.
        made_with: What its rows come from.

    Raises:
        SkysiftError: Another run has it, it cannot be written, or what is there was made with
            another ensemble.
    """

    def __init__(self, out: Path, made_with: MadeWith) -> None:
        self.out = out
        self.made_with = made_with
        self.schema = schema_of(made_with)
        self.folder = out.with_name(out.name + SUFFIX)

    def __enter__(self) -> Self:
        """Lock the folder, so that two runs do not write one manifest."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise SkysiftError(f"{self.out}: another run is writing it") from None
        except OSError as error:
            raise SkysiftError(f"{self.folder}: {error.strerror or error}") from None
        self._refuse_foreign()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unlock the folder."""
        os.close(self._lock)

    def add(self, table: pa.Table) -> None:
        """Put finished rows on the disk; they are there when this returns."""
        number = next(n for n in count(len(self._parts())) if not self._part(n).exists())
        _write(self._part(number), self.schema, iter([table]))

    def known(self, *, without_failures: bool = False) -> frozenset[int]:
        """Return the keys of the files that have rows: 64 bits tell a million files apart.

        Args:
            without_failures: Pass over rows with a `reason`.
        """
        keys: set[int] = set()
        for batch in self._batches(KEY_COLUMNS):
            sources, sizes, moments, reasons = (batch[name] for name in KEY_COLUMNS)
            for source, size, moment, reason in zip(
                sources.to_pylist(),
                sizes.to_pylist(),
                moments.cast(pa.int64()).to_pylist(),
                reasons.to_pylist(),
                strict=True,
            ):
                if reason is None or not without_failures:
                    keys.add(key_of(File(source, size, moment)))
        return frozenset(keys)

    def merge(self) -> int:
        """Write the manifest anew from itself and the parts; return how many rows it has.

        Of several rows of one source the last counts.
        """
        chosen = self._last_of_each_source()
        total = _write(self.out, self.schema, self._chosen(chosen))
        shutil.rmtree(self.folder)
        return total

    def _chosen(self, chosen: npt.NDArray[np.bool_]) -> Iterator[pa.Table]:
        start = 0
        for batch in self._batches(None):
            mask = chosen[start : start + batch.num_rows]
            start += batch.num_rows
            yield pa.Table.from_batches([batch]).filter(pa.array(mask))

    def _last_of_each_source(self) -> npt.NDArray[np.bool_]:
        keys = np.fromiter(
            (_hash(source) for batch in self._batches(["source"]) for source in _text(batch)),
            dtype=np.uint64,
        )
        _, from_the_end = np.unique(keys[::-1], return_index=True)
        chosen = np.zeros(len(keys), dtype=bool)
        chosen[len(keys) - 1 - from_the_end] = True
        return chosen

    def _batches(self, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        for path in self._files():
            yield from record_batches(path, columns)

    def _files(self) -> list[Path]:
        return [*([self.out] if self.out.exists() else []), *self._parts()]

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.parquet"))

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:08d}.parquet"

    def _refuse_foreign(self) -> None:
        for path in self._files():
            other = made_with_of(path)
            if other != self.made_with:
                raise ConfigError(
                    f"{path}: was made with ensemble {other.ensemble!r} of digest "
                    f"{other.digest[:SHOWN_DIGITS]} and embeddings from "
                    f"{other.embedding_voter or 'nobody'}; name another --out, or move it away"
                )


def key_of(file: File) -> int:
    """Return a number that changes when the file is called otherwise or was changed."""
    return _hash(f"{file.source}\0{file.size_bytes}\0{file.modified_us}")


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest)


def _text(batch: pa.RecordBatch) -> list[str]:
    names: list[str] = batch["source"].to_pylist()
    return names


def _write(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> int:
    """Write a file that appears whole or not at all, also when the power goes."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        total = write_manifest(unfinished, schema, tables)
        _sync(unfinished)
        unfinished.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise SkysiftError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return total


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
