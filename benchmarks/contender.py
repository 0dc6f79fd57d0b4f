"""What can be measured, and the table of all of it.

A contender is one file in `benchmarks/contenders/` with a tuple `CONTENDERS`. The folder is the
table: to add one, add its file. Nothing heavy is imported there; what a server needs is imported by
its program in `benchmarks/servers/`, which runs in an environment of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules

from benchmarks import contenders
from benchmarks.agreement import OTHER_RESIZE
from benchmarks.laps import Running
from benchmarks.setting.setting import Setting


class Group(StrEnum):
    """Who it stands for."""

    LIMIT = "limit"
    SKYSIFT = "skysift"
    USER = "what a user would write"
    PEER = "peer"


class UnavailableError(Exception):
    """A contender cannot run here; says why."""


Start = Callable[[Setting], AbstractContextManager[Running]]
"""Starts it; raises `UnavailableError`."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the table.

    Args:
        name: For the table and `--only`.
        group: Who it stands for.
        what: How it works, in a few words.
        start: Starts it, and ends it after the block.
        full_decode: Whether it decodes pictures at their full size.
        tolerance: How far its scores may be from those of direct calls with that decode.
    """

    name: str
    group: Group
    what: str
    start: Start
    full_decode: bool = True
    tolerance: float = OTHER_RESIZE


def all_contenders() -> Iterator[Contender]:
    """Yield every contender of every file, group by group."""
    found = [
        contender
        for module in iter_modules(contenders.__path__)
        for contender in import_module(f"{contenders.__name__}.{module.name}").CONTENDERS
    ]
    order = list(Group)
    yield from sorted(found, key=lambda one: (order.index(one.group), one.name))
