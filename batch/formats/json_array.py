"""Large JSON files, written an element at a time: no format needs all rows in memory."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO


def write_object(file: TextIO, members: Mapping[str, object], **arrays: Iterable[Any]) -> None:
    """Write one JSON object.

    Args:
        file: Opened for text.
        members: Written whole.
        arrays: Members whose elements come one at a time; they are written in this order.
    """
    file.write("{")
    between = ""
    for name, value in members.items():
        file.write(f"{between}\n{json.dumps(name)}: {dumps(value)}")
        between = ","
    for name, elements in arrays.items():
        file.write(f"{between}\n{json.dumps(name)}: [")
        _write_elements(file, elements)
        file.write("]")
        between = ","
    file.write("\n}\n")


def _write_elements(file: TextIO, elements: Iterable[Any]) -> None:
    between = ""
    for element in elements:
        file.write(f"{between}\n{dumps(element)}")
        between = ","


def dumps(value: object) -> str:
    """Return strict JSON in ASCII."""
    return json.dumps(value, allow_nan=False, separators=(", ", ": "))
