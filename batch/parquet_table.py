"""Tables as Parquet: the only place that imports pyarrow, which the extra `calibrate` brings."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from batch.columns import Table, Text, Wanted
from ensembles.errors import ConfigError, SkysiftError
from ensembles.voter import Floats

ROWS_AT_ONCE = 5_000


def read_parquet(path: Path, wanted: Wanted) -> Table:
    """Return the wanted columns; raises `ConfigError`, and `OSError` when it cannot be opened."""
    with _opened(path) as file:
        return _table_of(file.read(columns=_names_in(file, wanted)), wanted)


def parquet_in_blocks(path: Path, wanted: Wanted) -> Iterator[Table]:
    """Yield the same some thousand rows at a time, and first a table without rows."""
    with _opened(path) as file:
        names = _names_in(file, wanted)
        yield _table_of(file.schema_arrow.empty_table().select(names), wanted)
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=names):
            yield _table_of(pyarrow().Table.from_batches([batch]), wanted)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    arrow, parquet = pyarrow(), pyarrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except arrow.ArrowException as error:
        raise ConfigError(f"is not a table as expected: {error}", source=str(path)) from None


def _names_in(file: Any, wanted: Wanted) -> list[str]:  # noqa: ANN401 - pyarrow has no types
    return [name for name in file.schema_arrow.names if wanted.chooses(name)]


def _table_of(table: Any, wanted: Wanted) -> Table:  # noqa: ANN401
    arrow, names = pyarrow(), table.column_names
    texts = [name for name in names if not wanted.is_number(name)]
    return Table(
        {name: _text_in(arrow, table[name]) for name in texts},
        {name: _numbers_in(arrow, table[name]) for name in names if name not in texts},
    )


def _text_in(arrow: Any, column: Any) -> Text:  # noqa: ANN401
    text = column.cast(arrow.string()).fill_null("")
    return np.asarray(text.to_numpy(zero_copy_only=False), dtype=object)


def _numbers_in(arrow: Any, column: Any) -> Floats:  # noqa: ANN401
    return np.asarray(column.cast(arrow.float32()).to_numpy(), dtype=np.float32)


def write_parquet(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns of equal length; None is an empty cell."""
    arrow, parquet = pyarrow(), pyarrow("pyarrow.parquet")
    parquet.write_table(arrow.table(dict(columns)), path)


def pyarrow(module: str = "pyarrow") -> ModuleType:
    """Return pyarrow or a module of it; raises `SkysiftError` where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise SkysiftError(
            "Parquet needs pyarrow: pip install 'skysift[calibrate]', or use a .csv file"
        ) from None


def has_pyarrow() -> bool:
    """Return whether Parquet can be read and written here."""
    return find_spec("pyarrow") is not None
