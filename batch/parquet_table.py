"""Tables as Parquet: the only place that imports pyarrow, which the extra `calibrate` brings."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from batch.columns import Table, Text, Wanted
from ensembles.errors import ConfigError, SkysiftError
from ensembles.voter import Floats


def read_parquet(path: Path, wanted: Wanted) -> Table:
    """Return the wanted columns; raises `ConfigError`, and `OSError` when it cannot be opened."""
    arrow, parquet = pyarrow(), pyarrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if wanted.chooses(name)]
            table = file.read(columns=names)
        texts = [name for name in names if not wanted.is_number(name)]
        return Table(
            {name: _text_in(arrow, table[name]) for name in texts},
            {name: _numbers_in(arrow, table[name]) for name in names if name not in texts},
        )
    except arrow.ArrowException as error:
        raise ConfigError(f"is not a table as expected: {error}", source=str(path)) from None


def _text_in(arrow: Any, column: Any) -> Text:  # noqa: ANN401 - pyarrow has no types
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
