"""Curated against random labelled sets of the same size, in the demo world.

    python -m benchmarks.curation_select [FOLDER]

From a pool as drones bring it home (`curation_world`) each method picks frames, their truth is
their label, and a linear probe on the demo CLIP's embeddings learns from them which kinds of things
a frame shows. It is asked about other flights, on which hikers and all lands are common. What is
rare in the pool, the chance of the picks and the flights it is asked about are drawn anew for each
seed, the same for every method. Weights and sharpness of the methods were chosen on other flights
(seeds 51 and 52). Writes the table into docs/curation.md.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from benchmarks.curation_table import gain, mean_of
from benchmarks.curation_world import KINDS, TARGET, Flown, Tail, flown, long_tailed
from benchmarks.publish import RESULTS, quote, save, table
from curation.probe import fitted_probe
from curation.select.catalog import METHODS
from curation.select.pool import margins_of
from curation.select.select import Wish, select
from demo.shipped import CONFIG
from ensembles.score_table import Codes
from models.catalog import read

PAGE = Path(__file__).parents[1] / "docs" / "curation.md"
POOL_FLIGHTS, TEST_FLIGHTS = (61, 130), (62, 70)
"""Seed and number."""

SEEDS = 20
ORDER = ("random", "balanced", "diverse", "uncertain", "disagreement")


@dataclass(frozen=True, slots=True)
class Found:
    """What one labelled set came to.

    Args:
        f1: Mean over the kinds of things.
        recall: Of hikers.
        hiker_f1: Of hikers.
        hikers: Labelled frames with a hiker.
        lands: Lands among the labelled frames.
    """

    f1: float
    recall: float
    hiker_f1: float
    hikers: float
    lands: float


@dataclass(frozen=True, slots=True)
class World:
    """A kind of pool.

    Args:
        name: For the table.
        tail: What is rare in it.
        sizes: Of the labelled sets.
        first_seed: Of `SEEDS` seeds.
    """

    name: str
    tail: Tail
    sizes: tuple[int, ...]
    first_seed: int


WORLDS = (
    World("bursts of one length", Tail(), (60, 120, 240), 2000),
    World("few long bursts, many short ones", Tail(short=0.7, passing=True), (40, 80, 160), 4000),
)
"""The second was made after the first had been run: in the first, random picks meet every flight
alike, and all hikers are of two or three flights. It was tried on seeds 51 and 52 before."""

Runs = dict[tuple[int, str], list[Found]]


def main() -> None:
    """Run every seed of every world, print the tables, and put them into the page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / "curation"
    flights = flown(folder, seed=POOL_FLIGHTS[0], flights=POOL_FLIGHTS[1])
    tested = flown(folder, seed=TEST_FLIGHTS[0], flights=TEST_FLIGHTS[1])
    texts: list[str] = []
    kept: dict[str, object] = {}
    for world in WORLDS:
        runs: Runs = defaultdict(list)
        frames = [_run(flights, tested, world, seed, runs) for seed in range(SEEDS)]
        texts.append(_told(world, runs, frames))
        kept |= {
            f"{world.name} {method} {size}": [
                [getattr(run, field.name) for field in fields(run)] for run in found
            ]
            for (size, method), found in runs.items()
        }
    text = "\n".join(texts)
    print(text)
    quote("curation-select", text, readme=PAGE)
    save("curation_select", kept)


def _run(flights: Flown, tested: Flown, world: World, number: int, runs: Runs) -> int:
    """Add what each method comes to, and return how many frames the pool had."""
    seed = world.first_seed + number
    rng = np.random.default_rng(seed)
    pool, test = long_tailed(flights, rng, world.tail), _again(tested, rng)
    thresholds = np.array([voter.threshold for voter in read(CONFIG).voters])
    margins = margins_of(pool.scores, thresholds)
    for size in world.sizes:
        for method in ORDER:
            wish = Wish(size, method, seed=seed)
            picks = select(pool.embeddings, pool.flights, wish, margins=margins).picks
            runs[size, method].append(found_by(pool.take(picks.rows), test))
    runs[0, "all"].append(found_by(pool, test))
    print(f"{world.name}, seed {seed}: {len(pool)} frames in the pool", flush=True)
    return len(pool)


def _again(tested: Flown, rng: np.random.Generator) -> Flown:
    """Return as many flights, drawn with replacement."""
    flights = np.unique(tested.flights)
    drawn = rng.choice(flights, len(flights))
    rows: list[Codes] = [np.flatnonzero(tested.flights == flight) for flight in drawn]
    return tested.take(np.concatenate(rows))


def found_by(labelled: Flown, test: Flown) -> Found:
    """Return what probes that learnt from the labelled frames find in the others."""
    scores = [_one_kind(labelled, test, kind) for kind in range(len(KINDS))]
    hiker = KINDS.index(TARGET)
    return Found(
        f1=float(np.nanmean([f1 for f1, _ in scores])),
        recall=scores[hiker][1],
        hiker_f1=scores[hiker][0],
        hikers=float(labelled.shows[:, hiker].sum()),
        lands=float(len(np.unique(labelled.lands))),
    )


def _one_kind(labelled: Flown, test: Flown, kind: int) -> tuple[float, float]:
    """Return F1 and recall; 0 when the labelled frames do not show both answers.

    Both are NaN when the test has no such thing: boats are over few flights.
    """
    shown, truth = labelled.shows[:, kind], test.shows[:, kind]
    if not truth.any():
        return np.nan, np.nan
    if shown.all() or not shown.any():
        return 0.0, 0.0
    probe = fitted_probe(labelled.embeddings, shown.astype(np.int64), balanced=True)
    said = probe.predict(test.embeddings).astype(bool)
    hits = int((said & truth).sum())
    return 2 * hits / (int(said.sum()) + int(truth.sum())), hits / int(truth.sum())


def _told(world: World, runs: Runs, frames: list[int]) -> str:
    headings = (
        *("labels", "method", "average F1", "gain over random", "recall of hikers"),
        *("gain over random", "hikers labelled", "lands labelled"),
    )
    rows = [
        _row(size, method, found, runs[size, "random"])
        for (size, method), found in runs.items()
        if method in METHODS
    ]
    everything = runs[0, "all"]
    return (
        f"**{world.name.capitalize()}**: pools of {min(frames)} to {max(frames)} frames. A probe "
        f"that learnt from all of them comes to {mean_of([run.f1 for run in everything])} and "
        f"finds {mean_of([run.recall for run in everything])} of the frames with a hiker.\n\n"
        + table(headings, rows)
    )


def _row(size: int, method: str, found: list[Found], random: list[Found]) -> list[str]:
    f1, recall = [run.f1 for run in found], [run.recall for run in found]
    plain = method == "random"
    return [
        str(size),
        f"`{method}`",
        mean_of(f1),
        "" if plain else gain(f1, [run.f1 for run in random]),
        mean_of(recall),
        "" if plain else gain(recall, [run.recall for run in random]),
        f"{np.mean([run.hikers for run in found]):.1f}",
        f"{np.mean([run.lands for run in found]):.1f}",
    ]


if __name__ == "__main__":
    main()
