"""What `/metrics` shows when workers came and went."""

import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.exposition import exposition

WORKER = """
from monitoring import metrics
metrics.FRAMES_RECEIVED.inc(3)
metrics.FRAMES_IN_FLIGHT.inc(3)
metrics.ENSEMBLE_INFO.labels("demo", "digest", "hiker", "or").set(1)
"""


def test_counts_of_dead_workers_stay_and_their_gauges_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", WORKER], check=True)

    shown = exposition().decode()

    assert "skysift_frames_received_total 6.0" in shown
    assert "skysift_frames_in_flight" not in shown
    assert "skysift_ensemble_info" not in shown


def test_one_process_shows_its_own() -> None:
    assert "skysift_frames_received_total" in exposition().decode()
