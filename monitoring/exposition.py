"""What `/metrics` shows: one process, or all workers added up."""

import os
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def exposition() -> bytes:
    """Return every metric in Prometheus's text format.

    Counters and histograms of workers that died are kept, so they never fall; gauges of dead
    workers are dropped first, since nobody would ever lower them again.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return generate_latest(REGISTRY)
    forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call] # theirs
    return generate_latest(registry)


def forget_the_dead(folder: Path) -> None:
    """Drop the live gauges of processes that no longer run, such as a worker after kill -9."""
    for process in {_process_of(file) for file in folder.glob("gauge_live*.db")}:
        if not _runs(process):
            mark_process_dead(process, path=str(folder))  # type: ignore[no-untyped-call] # theirs


def _process_of(file: Path) -> int:
    return int(file.stem.rpartition("_")[2])


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
