"""The same job on a Ray cluster: one gate in each actor, paths sent out, rows sent back.

Pictures never travel: an actor opens them under the path that the journal lists, so that path
must mean the same everywhere. The journal stays the only truth, with the process that started the
job: rows are committed as they come, and a resumed job asks only for those that are missing.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from time import monotonic
from types import ModuleType
from typing import Any

from batch.entries import Counts, Entry, Waiting
from batch.input import Input
from batch.journal import ROWS_AT_ONCE, WALL, Journal
from batch.local import LAST_DEATH, SECONDS_PER_COMMIT
from batch.row import Stamp
from batch.score import failed_row, score_inputs
from batch.worker import Purse, Station
from ensembles.errors import SkysiftError
from ensembles.reasons import Reason
from models.ensemble import load_ensemble

INPUTS_AT_ONCE = 20_000
"""Given to Ray together: few enough that the job's memory stays flat."""

BLOCK = 32
"""Inputs that an actor is given together, and at most loses when it dies."""

RETRIES = 1
"""Ray's own, of a block whose actor died: then its inputs are tried one by one."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the work is done.

    Args:
        actors: Each holds all models.
        gpus: Of each actor; may be a share of one.
        station: What each is set up with; the paths in it must exist on every node.
    """

    actors: int
    gpus: float
    station: Station


class GateActor:
    """A gate in a Ray actor.

    Args:
        station: What it is set up with.
    """

    def __init__(self, station: Station) -> None:
        self._purse = Purse()
        self._station = station
        self._ensemble = load_ensemble(
            station.ensemble, station.settings, around=self._purse.around
        )

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Return one row for each input of a block.

        Args:
            batch: `number` and `input`, n cells each.
        """
        rows = score_inputs(
            map(Input.of_text, map(str, batch["input"])),
            self._ensemble,
            limits=self._station.settings.limits,
            decoders=self._station.settings.shares.decode,
        )
        cells = [json.dumps(row.columns(), allow_nan=False) for row in rows]
        spent = json.dumps(self._purse.empty())
        numbers = [int(number) for number in batch["number"]]
        return {"number": numbers, "cells": cells, "seconds": [spent, *["{}"] * (len(cells) - 1)]}


def run_on_ray(
    journal: Journal,
    cluster: Cluster,
    stamp: Stamp,
    *,
    stopping: Callable[[], bool],
    tell: Callable[[Counts], None],
) -> Counts:
    """Work until every input has its row or somebody asks to stop; return how far it got.

    Inputs whose block died are tried again one by one; one whose actors died each time, the last
    ones with nothing else in hand, is a failed row.

    Raises:
        SkysiftError: Ray is not installed.
    """
    ray = _ray()
    with_context(ray)
    for deaths in range(LAST_DEATH):
        waiting = journal.waiting() if not deaths else iter(journal.suspects())
        block = 1 if deaths else BLOCK
        while not stopping() and (items := list(islice(waiting, INPUTS_AT_ONCE))):
            _score(ray, items, block, journal, cluster, stopping=stopping, tell=tell)
            if not stopping():
                _suspect_the_rest(journal, items, stamp)
    return journal.counts()


def with_context(ray: ModuleType) -> None:
    """Join the cluster of `RAY_ADDRESS`, or start one here; a lost block must not end the job.

    Raises:
        SkysiftError: There is no such cluster, or none could be started.
    """
    if not ray.is_initialized():
        _join(ray)
    context = import_module("ray.data").DataContext.get_current()
    context.max_errored_blocks = -1
    context.enable_progress_bars = False


def _join(ray: ModuleType) -> None:
    try:
        ray.init(log_to_driver=False, include_dashboard=False)
    except Exception as error:  # Ray raises this very class when it gives up
        raise SkysiftError(
            f"no Ray cluster: {error} A busy machine may not start one within Ray's half a "
            "minute: start it by 'ray start --head', set RAY_ADDRESS=auto and, where it wants a "
            "token, RAY_AUTH_MODE=token, and go on with --resume"
        ) from error


def _score(
    ray: ModuleType,
    items: Sequence[Waiting],
    block: int,
    journal: Journal,
    cluster: Cluster,
    *,
    stopping: Callable[[], bool],
    tell: Callable[[Counts], None],
) -> None:
    listed = [{"number": item.number, "input": item.input.to_text()} for item in items]
    rows = (
        ray.data.from_items(listed, override_num_blocks=-(-len(listed) // block))
        .map_batches(
            GateActor,
            batch_size=block,
            compute=ray.data.ActorPoolStrategy(size=cluster.actors),
            fn_constructor_args=(cluster.station,),
            num_gpus=cluster.gpus or None,
            max_restarts=-1,
            max_task_retries=RETRIES,
        )
        .iter_rows()
    )
    counts = journal.counts()
    for entries, seconds in _in_commits(rows):
        journal.commit(entries, seconds)
        for entry in entries:
            counts = counts.plus(entry)
        tell(counts)
        if stopping():
            return


def _in_commits(
    rows: Iterable[dict[str, Any]],
) -> Iterator[tuple[list[Entry], dict[str, float]]]:
    """Yield what is worth a commit: some rows, or what came within a moment."""
    entries: list[Entry] = []
    seconds: dict[str, float] = defaultdict(float)
    since = monotonic()
    for row in rows:
        entries.append(Entry(int(row["number"]), json.loads(row["cells"])))
        for what, spent in json.loads(row["seconds"]).items():
            seconds[what] += spent
        passed = monotonic() - since
        if len(entries) >= ROWS_AT_ONCE or passed > SECONDS_PER_COMMIT:
            yield entries, {**seconds, WALL: passed}
            entries, since = [], monotonic()
            seconds.clear()
    yield entries, {**seconds, WALL: monotonic() - since}


def _suspect_the_rest(journal: Journal, items: Sequence[Waiting], stamp: Stamp) -> None:
    """Count a death for what has no row now, and fail what has died too often."""
    open_now = journal.open_among([item.number for item in items])
    died = [replace(item, deaths=item.deaths + 1) for item in items if item.number in open_now]
    journal.count_death(died)
    lost = [item for item in died if item.deaths >= LAST_DEATH]
    detail = f"{LAST_DEATH} blocks of work ended with it, the last ones it alone"
    rows = [
        Entry(item.number, failed_row(item.input, Reason.CRASHED, detail, stamp).columns())
        for item in lost
    ]
    journal.commit(rows, {})


def default_actors() -> int:
    """Return the cores, or the GPUs where there are any, of the whole cluster."""
    ray = _ray()
    with_context(ray)
    has = ray.cluster_resources()
    return max(1, int(has.get("GPU", 0) or has.get("CPU", 1)))


def gpus_each(actors: int) -> float:
    """Return an actor's share of the GPUs of the cluster, at most one."""
    ray = _ray()
    with_context(ray)
    return float(min(1.0, ray.cluster_resources().get("GPU", 0.0) / actors))


def _ray() -> ModuleType:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        return import_module("ray")
    except ModuleNotFoundError:
        raise SkysiftError("--engine ray needs Ray: pip install 'skysift[ray]'") from None
