"""Trains the demo's three voters from nothing: draws flights, trains, exports, keeps the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from queue import Queue
from time import perf_counter

import torch

from demo.learning import Stage
from demo.scenes import draw_flights
from demo.shipped import WEIGHTS
from demo.train_clip import SMOKE_STAGES as CLIP_SMOKE
from demo.train_clip import STAGES as CLIP_STAGES
from demo.train_clip import train_clip
from demo.train_resnet import SMOKE_STAGES as RESNET_SMOKE
from demo.train_resnet import STAGES as RESNET_STAGES
from demo.train_resnet import train_resnet
from demo.train_specialist import SMOKE_STAGES as SPECIALIST_SMOKE
from demo.train_specialist import STAGES as SPECIALIST_STAGES
from demo.train_specialist import train_specialist
from demo.world import read_examples

Report = Callable[[str], None]
Stages = tuple[Stage, ...]
TRAINING_SEED = 1
"""Of the training flights; validation and held-out flights have others."""
REPORT_EVERY = 25
"""Flights drawn between two lines of the report."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is drawn and trained."""

    flights: int
    frames_per_flight: int
    advance: float
    specialist: Stages
    clip: Stages
    resnet: Stages


FULL = Effort(600, 12, 0.5, SPECIALIST_STAGES, CLIP_STAGES, RESNET_STAGES)
"""What the shipped weights were trained with."""
SMOKE = Effort(3, 4, 0.5, SPECIALIST_SMOKE, CLIP_SMOKE, RESNET_SMOKE)
"""Seconds instead of minutes; the voters learn nothing."""


@dataclass(frozen=True, slots=True)
class Timed:
    """How long one step of the work took, wall seconds; trainings run side by side."""

    step: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Training:
    """One voter to train, in a process of its own."""

    voter: str
    pictures: Path
    target: Path
    seed: int
    stages: Stages


def train_all(
    work: Path,
    *,
    weights: Path = WEIGHTS,
    seed: int = TRAINING_SEED,
    effort: Effort = FULL,
    processes: int = 2,
    report: Report = print,
) -> list[Timed]:
    """Draw the training flights, train the three voters and write them to `weights`.

    Each training uses one core, so that the result does not depend on how many there are.

    Args:
        work: Folder for the pictures; flights that were drawn there before are drawn again.
        weights: Gets `specialist.onnx`, `resnet50.onnx` with its card, and `clip/`.
        seed: Of the flights and the trainings; `demo.evaluate` uses others.
        effort: How much is drawn and trained.
        processes: Flights drawn, or voters trained, at the same time.
        report: Told about the progress, a line at a time.
    """
    start = perf_counter()
    _draw(work, effort, seed, processes, report)
    times = [Timed("drawing", perf_counter() - start)]
    for timed in _run(_trainings(work, weights, effort, seed), processes, report):
        report(f"{timed.step}: done in {timed.seconds:.0f} s")
        times.append(timed)
    return times


def _draw(work: Path, effort: Effort, seed: int, processes: int, report: Report) -> None:
    def say(done: int, total: int) -> None:
        if done % REPORT_EVERY == 0 or done == total:
            report(f"drawing: flight {done}/{total}")

    draw_flights(
        work,
        flights=effort.flights,
        frames_per_flight=effort.frames_per_flight,
        advance=effort.advance,
        seed=seed,
        processes=processes,
        progress=say,
    )


def _trainings(work: Path, weights: Path, effort: Effort, seed: int) -> list[_Training]:
    """Return the trainings, the longest first; each has a seed of its own."""
    return [
        _Training("clip", work, weights / "clip", seed + 20, effort.clip),
        _Training("resnet50", work, weights / "resnet50.onnx", seed + 30, effort.resnet),
        _Training("specialist", work, weights / "specialist.onnx", seed + 10, effort.specialist),
    ]


def _run(trainings: list[_Training], processes: int, report: Report) -> Iterator[Timed]:
    if processes == 1:
        yield from (_train(training, report) for training in trainings)
        return
    context = get_context("spawn")  # torch's threads do not survive a fork
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        lines = manager.Queue()
        futures = [pool.submit(_train_apart, training, lines) for training in trainings]
        _pass_on(lines, futures, report)
        yield from (future.result() for future in futures)


def _pass_on(lines: Queue[str], futures: list[Future[Timed]], report: Report) -> None:
    """Report lines as they come, until all trainings have ended."""
    while wait(futures, timeout=1.0).not_done or not lines.empty():
        while not lines.empty():
            report(lines.get())


def _train_apart(training: _Training, lines: Queue[str]) -> Timed:
    return _train(training, lines.put)


def _train(training: _Training, report: Report) -> Timed:
    """Train one voter on one core, and export it."""
    torch.set_num_threads(1)
    start = perf_counter()
    TRAININGS[training.voter](
        read_examples(training.pictures),
        training.target,
        seed=training.seed,
        stages=training.stages,
        report=lambda line: report(f"{training.voter}: {line}"),
    )
    return Timed(training.voter, perf_counter() - start)


TRAININGS: dict[str, Callable[..., object]] = {
    "specialist": train_specialist,
    "clip": train_clip,
    "resnet50": train_resnet,
}
"""By the voter's name in `configs/demo.yaml`."""
