"""Labels flipped on purpose: how many are found, and how early, against cleanlab alone.

    python -m benchmarks.curation_label_errors [FOLDER]

In the demo world (hikers, and the land a frame was taken over) and on real aerial scenes (RSSCN7,
real ResNet50). cleanlab is given the same out-of-fold probabilities, in an environment of its own.
Flipped are single frames, or in the demo world whole sets of near duplicates as well: who misjudges
one frame of a burst misjudges its neighbours too. How neighbours are weighed was chosen on other
flights (seeds 51 and 52). Writes the table into docs/curation.md.
"""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.curation_scenes_world import DATA, scenes
from benchmarks.curation_select import PAGE
from benchmarks.curation_table import gain, mean_of
from benchmarks.curation_world import KINDS, TARGET, flown
from benchmarks.environments import python_of
from benchmarks.publish import RESULTS, quote, save, table
from curation.label_errors.suspects import features_of, suspects_from
from curation.probe import out_of_fold
from curation.select.twins import twins_of, without_hashes
from ensembles.dial import Doubles
from ensembles.score_table import Codes
from ensembles.voter import Floats

Bools = npt.NDArray[np.bool_]

FLIGHTS = (62, 70)
"""Seed and number."""

SHARES = (0.034, 0.1)
SEEDS = range(3000, 3005)
ALIKE = 0.97
PROGRAM = Path(__file__).with_name("curation_cleanlab.py")
PACKAGES = ("cleanlab==2.9.0", "scikit-learn", "numpy")


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Labels to be found out.

    Args:
        name: For the table.
        embeddings: float32 (n, d).
        features: What the probe sees, float32 (n, f).
        labels: The truth, int64 (n,).
        groups: What folds do not divide, int64 (n,).
        units: What is flipped together, int64 (n,).
    """

    name: str
    embeddings: Floats
    features: Floats
    labels: Codes
    groups: Codes
    units: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One set of flipped labels, and what speaks against them.

    Args:
        name: Of the task.
        share: That was flipped.
        given: Labels, int64 (n,).
        wrong: Which were flipped, bool (n,).
        probabilities: Out of fold, float64 (n, k).
        ours: Our suspicion, float64 (n,).
    """

    name: str
    share: float
    given: Codes
    wrong: Bools
    probabilities: Doubles
    ours: Doubles


def main() -> None:
    """Run every task, print the table, and put it into the page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / "curation"
    python = python_of(folder / "environments", "cleanlab", PACKAGES)
    trials = [
        _trial(task, share, seed) for task in tasks(folder) for share in SHARES for seed in SEEDS
    ]
    judged = zip(trials, _cleanlab(python, trials), strict=True)
    runs: dict[tuple[str, float], list[list[float]]] = defaultdict(list)
    for trial, (quality, called) in judged:
        runs[trial.name, trial.share].append(_run(trial, quality, called))
    rows = [_row(name, share, np.array(found)) for (name, share), found in runs.items()]
    text = (
        table(
            ("labels", "flipped", "found among the first, cleanlab", "Skysift", "gain",
             "half as many, cleanlab", "Skysift", "what cleanlab calls wrong: precision, recall"),
            rows,
        )
        + f"\n{len(SEEDS)} seeds; mean, and 95 % interval of the paired difference.\n"
    )  # fmt: skip
    print(text)
    quote("curation-label-errors", text, readme=PAGE)
    kept = {f"{name} {share}": found for (name, share), found in runs.items()}
    save("curation_label_errors", kept)


def tasks(folder: Path) -> Iterator[Task]:
    """Yield what labels are about."""
    seen = flown(folder, seed=FLIGHTS[0], flights=FLIGHTS[1])
    hikers = seen.shows[:, KINDS.index(TARGET)].astype(np.int64)
    lands = np.unique(seen.lands, return_inverse=True)[1].astype(np.int64)
    with_scores = features_of(seen.embeddings, seen.scores)
    alone = np.arange(len(seen))
    bursts = twins_of(without_hashes(seen.embeddings), seen.flights, ALIKE)
    yield Task("hiker or not", seen.embeddings, with_scores, hikers, seen.flights, alone)
    yield Task("hiker, bursts", seen.embeddings, with_scores, hikers, seen.flights, bursts)
    yield Task("land, 12 kinds", seen.embeddings, seen.embeddings, lands, seen.flights, alone)
    if (DATA / "scenes").is_dir():
        vectors, classes, _ = scenes(folder)
        own = np.arange(len(classes))
        yield Task("real scenes, 7 kinds", vectors, vectors, classes, own, own)


def _trial(task: Task, share: float, seed: int) -> Trial:
    given, wrong = flipped(task, share, np.random.default_rng(seed))
    probabilities = out_of_fold(task.features, given, task.groups, seed=seed)
    ours = suspects_from(task.embeddings, given, probabilities).suspicion
    print(f"{task.name}, {share:g}, seed {seed}", flush=True)
    return Trial(f"{task.name} ({len(given)})", share, given, wrong, probabilities, ours)


def _run(trial: Trial, quality: Doubles, called: Bools) -> list[float]:
    """Return shares of flipped labels: among the first as many, among half as many, of each."""
    many = int(trial.wrong.sum())
    half = max(1, many // 2)
    return [
        _hit(-quality, trial.wrong, many),
        _hit(trial.ours, trial.wrong, many),
        _hit(-quality, trial.wrong, half),
        _hit(trial.ours, trial.wrong, half),
        float(trial.wrong[called].mean()) if called.any() else 0.0,
        float(called[trial.wrong].mean()),
    ]


def flipped(task: Task, share: float, rng: np.random.Generator) -> tuple[Codes, Bools]:
    """Return labels of which this share is wrong, whole units at a time, and which are."""
    wrong = np.zeros(len(task.labels), dtype=bool)
    for unit in rng.permutation(np.unique(task.units)):
        if wrong.sum() >= round(share * len(wrong)):
            break
        wrong |= task.units == unit
    classes = int(task.labels.max()) + 1
    shift = rng.integers(1, classes, len(wrong))
    return np.where(wrong, (task.labels + shift) % classes, task.labels), wrong


def _hit(suspicion: Doubles, wrong: Bools, first: int) -> float:
    return float(wrong[np.argsort(-suspicion, kind="stable")[:first]].mean())


def _cleanlab(python: Path, trials: Sequence[Trial]) -> list[tuple[Doubles, Bools]]:
    """Return the quality of each label, and which are called wrong, for each trial."""
    with TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        asked: dict[str, Any] = {
            f"probabilities{place}": each.probabilities for place, each in enumerate(trials)
        }
        asked |= {f"labels{place}": each.given for place, each in enumerate(trials)}
        np.savez(given, **asked)
        subprocess.run([str(python), str(PROGRAM), str(given), str(found)], check=True)
        with np.load(found) as said:
            return [(said[f"quality{n}"], said[f"found{n}"]) for n in range(len(trials))]


def _row(name: str, share: float, runs: Doubles) -> list[str]:
    cleanlab, ours, cleanlab_half, ours_half, precision, recall = runs.T.tolist()
    return [
        name,
        f"{100 * share:g} %",
        mean_of(cleanlab),
        mean_of(ours),
        gain(ours, cleanlab),
        mean_of(cleanlab_half),
        mean_of(ours_half),
        f"{mean_of(precision)}, {mean_of(recall)}",
    ]


if __name__ == "__main__":
    main()
