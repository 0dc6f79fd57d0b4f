"""Ensemble files that are edited while clients send pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic, perf_counter, sleep

import psutil

from ensembles.errors import SkysiftError
from service.child import Served, free_port, served
from service.settings import ServiceSettings
from tests.faults.clients import quantile, sending
from tests.faults.fault import Fault, Place, Seen
from tests.faults.gates import some_pictures, write_gate
from tests.faults.http import get

EDITS = 50
CLIENTS = 8
WORKERS = 2
MOST_SECONDS = 5
"""From an edit until every worker judges by it."""
PATIENCE_SECONDS = 60
LOADED, FAILED = "skysift_ensemble_reloads_total", "skysift_ensemble_reload_failed"
READY = '"event": "ready"'
"""In the log, once for each worker."""
PART = "Change while running"


def reload_under_load(place: Place, *, edits: int = EDITS) -> Seen:
    """Edit the demo gate again and again while clients send pictures, and spoil it in between."""
    file = place.folder / "reloads.yaml"
    factors = [1 - step / (2 * edits) for step in range(edits + 1)]
    digests = [write_gate(file, factor=factors[0])]
    swaps: list[float] = []
    with serving(file, workers=WORKERS) as server:
        with sending(server.url, some_pictures(), clients=CLIENTS) as clients:
            until(lambda: len(clients.answered) > CLIENTS, "the first answers")
            begun = _held_by(server)
            for step, factor in enumerate(factors[1:], 1):
                if step % 10 == 0:
                    _spoil(file, server)
                edited, after = perf_counter(), loads(server) + WORKERS
                digests.append(write_gate(file, factor=factor))
                until(partial(has_loaded, server, after), "the new edition")
                swaps.append(perf_counter() - edited)
        ended = _held_by(server)
    strangers = {shot.verdict["digest"] for shot in clients.answered} - set(digests)
    held = (
        len(clients.answered) == len(clients.shots)
        and clients.wrong == 0
        and not strangers
        and max(swaps) <= MOST_SECONDS
    )
    return Seen(
        f"{edits} editions and {edits // 10} broken ones in {WORKERS} workers, {CLIENTS} clients: "
        f"{clients.told()}; until all workers judged by an edition {quantile(swaps, 0.5):.1f} s at "
        f"the median, {max(swaps):.1f} s at most; {_grown(begun, ended)}",
        held,
    )


@contextmanager
def serving(file: Path, *, workers: int = 1, **settings: object) -> Iterator[Served]:
    """Serve an ensemble file, with a database beside it; all workers are up then."""
    folder = file.parent
    chosen = {
        "ensembles": (file,),
        "workers": workers,
        "port": free_port(),
        "drain_seconds": 0,
        "database": f"sqlite:///{folder / file.stem}.sqlite",
    }
    log = folder / f"{file.stem}.log"
    with served(ServiceSettings.model_validate(chosen | settings), log=log) as server:
        until(lambda: log.read_text("utf-8").count(READY) == workers, "every worker")
        yield server


def loads(server: Served) -> float:
    """Return how many editions all workers have loaded since the start."""
    lines = get(f"{server.url}/metrics").body.decode().splitlines()
    return sum(
        float(line.split()[-1])
        for line in lines
        if line.startswith(LOADED) and 'outcome="loaded"' in line
    )


def has_loaded(server: Served, editions: float) -> bool:
    """Say whether all workers together have loaded so many editions since the start."""
    return loads(server) == editions


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that must happen.

    Raises:
        SkysiftError: It does not.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        if monotonic() > deadline:
            raise SkysiftError(f"waited {PATIENCE_SECONDS} s for {what}")
        sleep(0.1)


def _spoil(file: Path, server: Served) -> None:
    """Write a file that is wrong, wait until it is told, and put the right one back."""
    right = file.read_bytes()
    file.write_text("name: demo\nvoters: [")
    until(lambda: get(f"{server.url}/metrics").counts[FAILED] == 1, "the failure to be told")
    file.write_bytes(right)
    until(lambda: get(f"{server.url}/metrics").counts[FAILED] == 0, "the failure to be over")


def _held_by(server: Served) -> tuple[float, int, int]:
    """Return resident MB, open files and threads of the workers, summed."""
    workers = psutil.Process(server.process_id).children(recursive=True)
    return (
        sum(worker.memory_info().rss for worker in workers) / 1e6,
        sum(worker.num_fds() for worker in workers),
        sum(worker.num_threads() for worker in workers),
    )


def _grown(begun: tuple[float, int, int], ended: tuple[float, int, int]) -> str:
    names = ("MB resident", "handles", "threads")
    return ", ".join(
        f"{one:.0f} {name} before and {other:.0f} after"
        for name, one, other in zip(names, begun, ended, strict=True)
    )


FAULTS = (
    Fault(
        "edited-under-load",
        PART,
        f"{EDITS} edits of a served ensemble file, and {EDITS // 10} that are wrong",
        f"no request fails, each verdict is that of its digest, at most {MOST_SECONDS} s each",
        reload_under_load,
        slow=True,
    ),
)
