"""Somebody sets the clock: whatever measures a span of time asks a clock that only goes forward."""

import ast
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.serve import ROOT
from tests.service.fakes import DARK, client_of

ONLY_FORWARD = {"monotonic", "perf_counter", "perf_counter_ns", "sleep"}
BY_THE_DAY = {
    # Names the flight of a frame that tells no time of its own, in blocks of twenty minutes.
    "service/station.py": {"time"},
    # Put what several workers saw into one order; drift waits for it, and no frame does.
    "monitoring/tap.py": {"time"},
    "monitoring/delta_files.py": {"time_ns"},
    # Moves finished laps to the time of day, for a reader who compares them with other machines.
    "service/tracing.py": {"time_ns"},
}
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ("service", "monitoring")
    for path in (ROOT / room).rglob("*.py")
)


def clocks_of(path: Path) -> set[str]:
    """Names that a module takes from `time`, in whatever way."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "time":
            found.add(node.attr)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_time_is_measured_with_a_clock_that_nobody_sets(module: str) -> None:
    assert clocks_of(ROOT / module) <= ONLY_FORWARD | BY_THE_DAY.get(module, set())


@pytest.mark.parametrize("hours", [-48, 48])
def test_a_clock_that_jumps_changes_no_verdict(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    client: TestClient = client_of()
    before = client.post("/v1/triage", content=DARK).json()
    jumped = time.time() + hours * 3600
    monkeypatch.setattr("time.time", lambda: jumped)

    after = client.post("/v1/triage", content=DARK).json()

    assert after["decision"] == before["decision"] == "skip"
    assert 0 <= after["latency_seconds"] < 60
