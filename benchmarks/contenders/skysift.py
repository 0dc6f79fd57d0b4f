"""Skysift: over HTTP and as a batch job, in float32 and int8, every voter always asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.agreement import INT8, SAME_PIXELS
from benchmarks.asking import raw, votes
from benchmarks.batch_job import prepare_batch
from benchmarks.contender import Contender, Group
from benchmarks.converted import converted
from benchmarks.inside import InsideRunning, inside
from benchmarks.load import HttpRunning
from benchmarks.setting.ensembles import Gate
from benchmarks.setting.setting import READY_SECONDS, Setting
from models.environment import usable_cores
from service.child import free_port, served
from service.settings import ServiceSettings


@contextmanager
def _http(setting: Setting, precision: str, workers: int = 1) -> Iterator[HttpRunning]:
    ensemble = _ensemble(setting, precision)
    settings = ServiceSettings(
        ensembles=(ensemble,), port=free_port(), drain_seconds=0, workers=workers
    )
    log = setting.logs / f"skysift-{precision}-{workers}.log"
    with served(settings, log=log, seconds=READY_SECONDS) as server:
        ask = raw("/v1/triage?explain=true")
        yield HttpRunning(server.process_id, server.url, ask, votes)


@contextmanager
def _batch(setting: Setting, precision: str) -> Iterator[InsideRunning]:
    ensemble = _ensemble(setting, precision)
    with inside(prepare_batch, ensemble) as running:
        yield running


def _ensemble(setting: Setting, precision: str) -> Path:
    path = setting.ensemble(Gate(f"all_{precision}", precision=precision))
    converted(path, setting, precision)
    return path


HTTP_WORKERS = partial(_http, workers=usable_cores())
FACES = (
    ("skysift-http", "HTTP, {}, all voters", _http, "fp32"),
    ("skysift-http-workers", "HTTP, {}, all voters, a worker per core", HTTP_WORKERS, "fp32"),
    ("skysift-batch", "batch job, {}, all voters", _batch, "fp32"),
    ("skysift-http-int8", "HTTP, {}, all voters", _http, "int8"),
    ("skysift-batch-int8", "batch job, {}, all voters", _batch, "int8"),
)
NAMES = {"fp32": "float32", "int8": "int8"}
TOLERANCES = {"fp32": SAME_PIXELS, "int8": INT8}

CONTENDERS = tuple(
    Contender(
        name,
        Group.SKYSIFT,
        what.format(NAMES[precision]),
        partial(face, precision=precision),
        full_decode=False,
        tolerance=TOLERANCES[precision],
    )
    for name, what, face, precision in FACES
)
