"""Skysift's calibration beside MAPIE's `BinaryClassificationController`, on the same scores.

    pip install mapie
    python -m benchmarks.calibration_mapie

First every count of misses that certifies at R = .95 with 95 % confidence: where MAPIE's
p-value, which recovers the count from a recall in floats, decides otherwise than the exact one.
Then one voter on 300 simulated worlds: how many frames each method keeps, and how often the true
recall falls below the promise. Prints two Markdown tables.
"""

import warnings
from collections.abc import Callable

import numpy as np
from mapie.risk_control import BinaryClassificationController
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value

from ensembles.bounds import Promise
from ensembles.calibrate import calibrate
from ensembles.candidates import all_candidates
from ensembles.score_table import POSITIVE, ScoreTable
from tests.ensembles.worlds import VOTERS, World

PROMISE = Promise(0.95, 0.95)
WORLDS, POSITIVES, NEGATIVES = 300, 200, 1000
TRUTH = 50_000
SINGLE = all_candidates(VOTERS)[0]
MOST_POSITIVES = 1000

Threshold = Callable[[ScoreTable], float | None]


def main() -> None:
    """Print both tables."""
    off = counts_off()
    print(f"Of the n up to {MOST_POSITIVES} with the most misses that still certify, MAPIE:")
    for n, misses, p_value in off[:5]:
        print(f"  n = {n}, {misses} misses: p = {p_value:.4f}, exactly {exact(misses, n):.4f}")
    print(f"  refuses {len(off)} of {certifiable()} that are certified exactly\n")
    print("| method | certified | share kept (median) | true recall below .95 |")
    print("|---|---|---|---|")
    for name, method in METHODS.items():
        print(f"| {name} | {tried(method)} |")


def counts_off() -> list[tuple[int, int, float]]:
    """Return (n, misses, MAPIE's p-value) wherever the exact count certifies and MAPIE refuses."""
    found = []
    for n in range(1, MOST_POSITIVES + 1):
        misses = PROMISE.allowed_misses(n)
        if misses is None:
            continue
        p_value = mapie_p(misses, n)
        if p_value > PROMISE.delta:
            found.append((n, misses, p_value))
    return found


def certifiable() -> int:
    """Return for how many n the promise can be certified at all."""
    return sum(PROMISE.allowed_misses(n) is not None for n in range(1, MOST_POSITIVES + 1))


def mapie_p(misses: int, positives: int) -> float:
    """Return MAPIE's p-value for a recall that is given as a float, as its controller does."""
    recall = np.mean(np.arange(positives) >= misses)
    risk = np.array([1 - recall])
    return float(
        compute_hoeffding_bentkus_p_value(
            risk, positives, np.array([1 - PROMISE.recall]), binary=True
        )[0, 0]
    )


def exact(misses: int, positives: int) -> float:
    """Return BinomCDF(k; n, 1 - R)."""
    from scipy.stats import binom  # noqa: PLC0415 - only for the comparison

    return float(binom.cdf(misses, positives, 1 - PROMISE.recall))


def ours(table: ScoreTable) -> float | None:
    """Return Skysift's threshold for the first voter."""
    return calibrate(table, SINGLE, PROMISE).point.thresholds[0]


def mapie(*, fwer: str, grid: Callable[[ScoreTable], np.ndarray]) -> Threshold:
    """Return MAPIE's threshold, with its choice among thresholds paid for by `fwer`."""

    def threshold(table: ScoreTable) -> float | None:
        controller = BinaryClassificationController(
            lambda scores: np.stack([1 - scores, scores], axis=1),
            risk="recall",
            target_level=PROMISE.recall,
            confidence_level=PROMISE.confidence,
            best_predict_param_choice="predicted_positive_fraction",
            list_predict_params=grid(table),
            fwer_method=fwer,
        )
        scores = table.scores[:, 0].astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that no threshold is valid is counted instead
            controller.calibrate(scores, (table.labels == POSITIVE).astype(int))
        best = controller.best_predict_param
        return None if best is None else float(best)

    return threshold


def default_grid(table: ScoreTable) -> np.ndarray:  # noqa: ARG001 - fits `grid`
    """Return MAPIE's own 100 thresholds."""
    return np.linspace(0, 0.99, 100)


def every_positive(table: ScoreTable) -> np.ndarray:
    """Return every score of a positive, the widest gate first."""
    return np.sort(table.scores[table.labels == POSITIVE, 0].astype(np.float64))


METHODS: dict[str, Threshold] = {
    "Skysift": ours,
    "MAPIE, defaults (Bonferroni-Holm over 100 thresholds)": mapie(
        fwer="bonferroni_holm", grid=default_grid
    ),
    "MAPIE, fixed sequence over 100 thresholds": mapie(fwer="fixed_sequence", grid=default_grid),
    "MAPIE, fixed sequence over every positive's score": mapie(
        fwer="fixed_sequence", grid=every_positive
    ),
}


def tried(method: Threshold) -> str:
    """Return a row: certified, median share kept, share of worlds with a broken promise."""
    random = np.random.default_rng(11)
    world = World()
    truth = world.table(random, positives=TRUTH, negatives=1).scores[:-1, 0]
    tables = [world.table(random, positives=POSITIVES, negatives=NEGATIVES) for _ in range(WORLDS)]
    thresholds = [(table, method(table)) for table in tables]
    found = [(table, each) for table, each in thresholds if each is not None]
    kept = [np.mean(table.scores[:, 0] >= each) for table, each in found]
    broken = np.mean([np.mean(truth >= each) < PROMISE.recall for _, each in found])
    return f"{len(found)} of {WORLDS} | {np.median(kept):.3f} | {broken:.1%}"


if __name__ == "__main__":
    main()
