"""The demo gate in a folder of its own, where a fault may spoil it."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from models.catalog import read
from models.digest import digest
from models.settings import ModelSettings
from tests.deploy.watched import demo_gate
from tests.faults.pictures import good_picture
from tests.service.fakes import picture

Tree = dict[str, Any]
KIND = "tests.service.fake_kind:FakeOptions"
BUDGET_MS = 300


def write_gate(path: Path, *, factor: float = 1.0, **more: object) -> str:
    """Write the demo gate as a file and return its digest.

    Args:
        path: Replaced in one step, as an editor that is careful does it.
        factor: Of every threshold.
        more: Keys that the demo gate does not have.
    """
    tree = demo_gate() | more
    tree["voters"] = [
        voter | {"threshold": round(voter["threshold"] * factor, 6)} for voter in tree["voters"]
    ]
    written = path.with_suffix(".new")
    written.write_text(yaml.safe_dump(tree), encoding="utf-8")
    found = digest(read(written), ModelSettings())
    written.replace(path)
    return found


@cache
def some_pictures() -> tuple[bytes, ...]:
    """Return a picture that the demo gate keeps, and plain ones."""
    return good_picture(), *(picture(shade, side=400) for shade in (0, 60, 120, 180, 240))


def fake_gate(file: Path, *behaviours: str, budget_ms: int = BUDGET_MS) -> Path:
    """Write a gate whose voters behave so (`tests/service/fake_kind.py`), and return its file."""
    voters = [
        {
            "name": f"voter{number}",
            "kind": KIND,
            "threshold": 0.5,
            "timeout_ms": budget_ms,
            "options": {"behaves": behaves},
        }
        for number, behaves in enumerate(behaviours)
    ]
    tree = {"name": "demo", "target": "light", "voters": voters, "full_ballots": 1}
    file.write_text(yaml.safe_dump(tree))
    return file
