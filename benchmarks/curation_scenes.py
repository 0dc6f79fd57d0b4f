"""Curated against random labelled sets on real pictures: RSSCN7, embeddings of a real ResNet50.

    python -m benchmarks.curation_scenes [FOLDER]

Five folds: frames are picked from four, a linear probe learns their class and is asked about the
fifth. Once with the pictures as they are (20 of each of seven classes, no two alike), and once with
a pool in which classes are as unequal as flights leave them. Nobody's scores are at hand, so
`diverse` is compared. Needs ../shared/data; writes the table into docs/curation.md.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from benchmarks.curation_scenes_world import scenes
from benchmarks.curation_select import PAGE
from benchmarks.curation_table import gain, mean_of
from benchmarks.publish import RESULTS, quote, save, table
from curation.probe import fitted_probe
from curation.select.select import Wish, select
from ensembles.score_table import Codes
from ensembles.voter import Floats

FOLDS = 5
SEEDS = range(5000, 5005)
SIZES = (14, 21, 28)
METHODS = ("random", "diverse")
UNEQUAL = (16, 16, 12, 8, 4, 3, 2)
"""Pictures of each class in a pool whose classes are unequal; which class gets what is drawn."""

Runs = dict[tuple[str, int, str], list[list[float]]]


def main() -> None:
    """Run every fold and seed, print the table, and put it into the page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / "curation"
    vectors, classes, _ = scenes(folder)
    runs: Runs = defaultdict(list)
    for seed in SEEDS:
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        by_fold: Runs = defaultdict(list)
        for pool, test in folds.split(vectors, classes):
            _run(vectors, classes, pool, test, seed, by_fold)
        for key, found in by_fold.items():
            runs[key].append(np.mean(found, axis=0).tolist())
        print(f"seed {seed}", flush=True)
    rows = [_row(key, found, runs[*key[:2], "random"]) for key, found in runs.items()]
    headings = (
        *("pool", "labels", "method", "average F1", "gain over random"),
        *("classes labelled", "cosine to the nearest pick"),
    )
    text = (
        table(headings, rows)
        + f"\n{len(SEEDS)} seeds of {FOLDS} folds; mean, and 95 % interval of the paired "
        "difference.\n"
    )
    print(text)
    quote("curation-scenes", text, readme=PAGE)
    save("curation_scenes", {" ".join(map(str, key)): found for key, found in runs.items()})


def _run(vectors: Floats, classes: Codes, pool: Codes, test: Codes, seed: int, runs: Runs) -> None:
    rng = np.random.default_rng(seed)
    for name, rows in {"as it is": pool, "unequal": unequal(pool, classes, rng)}.items():
        for size in SIZES:
            for method in METHODS:
                wish = Wish(size, method, seed=seed)
                picks = rows[select(vectors[rows], np.arange(len(rows)), wish).picks.rows]
                runs[name, size, method].append(
                    [
                        _f1(vectors, classes, picks, test),
                        float(len(np.unique(classes[picks]))),
                        float((vectors[rows] @ vectors[picks].T).max(axis=1).mean()),
                    ]
                )


def unequal(pool: Codes, classes: Codes, rng: np.random.Generator) -> Codes:
    """Return rows of the pool, by class as many as `UNEQUAL` says."""
    order = rng.permutation(np.unique(classes))
    drawn = [
        rng.permutation(pool[classes[pool] == label])[:count]
        for label, count in zip(order, UNEQUAL, strict=True)
    ]
    return np.concatenate(drawn)


def _f1(vectors: Floats, classes: Codes, picks: Codes, test: Codes) -> float:
    if len(np.unique(classes[picks])) == 1:
        return 0.0
    probe = fitted_probe(vectors[picks], classes[picks], balanced=True)
    said = probe.predict(vectors[test])
    return float(f1_score(classes[test], said, average="macro", zero_division=0))


def _row(
    key: tuple[str, int, str], found: list[list[float]], random: list[list[float]]
) -> list[str]:
    name, size, method = key
    f1, labelled, near = zip(*found, strict=True)
    return [
        name,
        str(size),
        f"`{method}`",
        mean_of(f1),
        "" if method == "random" else gain(f1, [run[0] for run in random]),
        f"{np.mean(labelled):.1f}",
        mean_of(near),
    ]


if __name__ == "__main__":
    main()
