"""The decoder and the voters called with nothing around them, and the cheapest way to do it."""

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.inside import Work
from benchmarks.laps import Scores
from models.ensemble import load_ensemble
from models.frames import Frame
from models.settings import read_settings as read_model_settings

THREADS = (1, 2)
"""Of one session."""
BATCHES = (1, 4, 8)
REPEATS = 2


@dataclass(frozen=True, slots=True)
class Way:
    """How many threads a session has, and how many pictures it is given at once."""

    threads: int
    batch: int

    def __str__(self) -> str:
        return f"{self.threads} thread(s), batches of {self.batch}"


def prepare_direct(ensemble_file: Path, way: Way, *, full_decode: bool = False) -> Work:
    """Load the voters, and return what decodes and scores pictures with them."""
    settings = read_model_settings().model_copy(update={"threads": way.threads})
    ensemble = load_ensemble(ensemble_file, settings)
    enough_px = None if full_decode else ensemble.enough_px

    def work(paths: Sequence[Path]) -> list[Scores]:
        found: list[Scores] = []
        for group in _groups(paths, way.batch):
            frames = [Frame.decode(path.read_bytes(), enough_px=enough_px) for path in group]
            views = [view.shown for frame in frames for view in ensemble.gate.cut(frame)]
            columns = {seat.name: seat.voter.read(views).scores for seat in ensemble.gate.seats}
            found += [
                {name: float(scores[row]) for name, scores in columns.items()}
                for row in range(len(frames))
            ]
        return found

    return work


def expected_scores(
    ensemble_file: Path, paths: Sequence[Path], *, full: Sequence[bool] = (False, True)
) -> Mapping[bool, Sequence[Scores]]:
    """Return what the voters say of the pictures, by whether they are decoded in full."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return {
            in_full: pool.submit(_once, ensemble_file, paths, full_decode=in_full).result()
            for in_full in full
        }


def _once(ensemble_file: Path, paths: Sequence[Path], *, full_decode: bool) -> Sequence[Scores]:
    return prepare_direct(ensemble_file, Way(1, 1), full_decode=full_decode)(paths)


def cheapest_way(ensemble_file: Path, paths: Sequence[Path]) -> tuple[Way, dict[str, float]]:
    """Try every way, each in a process of its own.

    Returns:
        The one of least CPU time, and the CPU milliseconds per picture of all.
    """
    ways = [Way(threads, batch) for threads in THREADS for batch in BATCHES]
    context = multiprocessing.get_context("spawn")
    costs = {}
    for way in ways:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            costs[way] = pool.submit(_cost, ensemble_file, way, paths).result()
    return min(costs, key=lambda way: costs[way]), {str(way): ms for way, ms in costs.items()}


def _cost(ensemble_file: Path, way: Way, paths: Sequence[Path]) -> float:
    """Return CPU milliseconds per picture, the median of some repeats after one that warms."""
    work = prepare_direct(ensemble_file, way)
    work(paths)
    spent = []
    for _ in range(REPEATS):
        started = process_time()
        work(paths)
        spent.append(process_time() - started)
    return 1000 * median(spent) / len(paths)


def _groups(paths: Sequence[Path], size: int) -> list[Sequence[Path]]:
    return [paths[start : start + size] for start in range(0, len(paths), size)]
