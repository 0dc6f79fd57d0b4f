"""Trains the demo's three voters from nothing: draws flights, trains, exports, keeps the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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
from demo.world import Example, read_examples

Report = Callable[[str], None]
Stages = tuple[Stage, ...]


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
    """How long one step of the work took, wall seconds."""

    step: str
    seconds: float


def train_all(
    work: Path,
    *,
    weights: Path = WEIGHTS,
    seed: int = 1,
    effort: Effort = FULL,
    threads: int = 2,
    report: Report = print,
) -> list[Timed]:
    """Draw the training flights, train the three voters and write them to `weights`.

    Args:
        work: Folder for the pictures; flights that were drawn there before are drawn again.
        weights: Gets `specialist.onnx`, `resnet50.onnx` with its card, and `clip/`.
        seed: Of the flights and the trainings; `demo.evaluate` uses others.
        effort: How much is drawn and trained.
        threads: CPU cores to use.
        report: Told about the progress, a line at a time.
    """
    torch.set_num_threads(threads)
    times: list[Timed] = []

    def timed(step: str, act: Callable[[Report], object]) -> None:
        start = perf_counter()
        act(lambda line: report(f"{step}: {line}"))
        times.append(Timed(step, perf_counter() - start))
        report(f"{step}: done in {times[-1].seconds:.0f} s")

    timed("drawing", lambda say: _draw(work, effort, seed, threads, say))
    examples = read_examples(work)
    for step, train in _trainings(examples, weights, effort, seed):
        timed(step, train)
    return times


def _trainings(
    examples: list[Example], weights: Path, effort: Effort, seed: int
) -> list[tuple[str, Callable[[Report], object]]]:
    """Return the three trainings; each sees the same flights with other eyes and another seed."""
    return [
        (
            "specialist",
            lambda say: train_specialist(
                examples,
                weights / "specialist.onnx",
                seed=seed + 10,
                stages=effort.specialist,
                report=say,
            ),
        ),
        (
            "clip",
            lambda say: train_clip(
                examples, weights / "clip", seed=seed + 20, stages=effort.clip, report=say
            ),
        ),
        (
            "resnet50",
            lambda say: train_resnet(
                examples,
                weights / "resnet50.onnx",
                seed=seed + 30,
                stages=effort.resnet,
                report=say,
            ),
        ),
    ]


def _draw(work: Path, effort: Effort, seed: int, threads: int, say: Report) -> None:
    draw_flights(
        work,
        flights=effort.flights,
        frames_per_flight=effort.frames_per_flight,
        advance=effort.advance,
        seed=seed,
        processes=threads,
        progress=lambda done, total: say(f"flight {done}/{total}") if done % 25 == 0 else None,
    )
