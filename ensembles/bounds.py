"""Exact bounds on a recall, from whole numbers of missed objects.

One-sided limits of Clopper & Pearson, "The use of confidence or fiducial limits illustrated in
the case of the binomial", Biometrika 26 (1934); as a tolerance limit: Wilks, "Determination of
sample sizes for setting tolerance limits", Annals of Mathematical Statistics 12 (1941).
Misses are counted as integers: recovering them from a rounded recall is off by one now and then.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scipy.stats import beta, binom


@dataclass(frozen=True, slots=True)
class Promise:
    """What a certificate states: recall is at least `recall`, with this confidence.

    Args:
        recall: R in (0, 1).
        confidence: 1 - delta in (0, 1).

    Raises:
        ValueError: One of the two lies outside (0, 1).
    """

    recall: float
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name, value in (("recall", self.recall), ("confidence", self.confidence)):
            if not 0 < value < 1:
                raise ValueError(f"{name} must lie between 0 and 1, not {value}")

    @property
    def delta(self) -> float:
        """The probability with which the promise may be broken."""
        return 1 - self.confidence

    def shared_by(self, rules: int) -> "Promise":
        """Return the promise each of `rules` must keep so that the best of them keeps this one.

        Bonferroni's inequality: delta / M each.
        """
        return Promise(self.recall, 1 - self.delta / rules)

    def allows(self, misses: int, positives: int) -> bool:
        """Return whether so few misses among so many positives certify the promise."""
        return misses < positives and _chance(misses, positives, self.recall) <= self.delta

    def allowed_misses(self, positives: int) -> int | None:
        """Return k* = max{k: BinomCDF(k; n, 1 - R) <= delta}; None when zero are too many."""
        near = int(binom.ppf(self.delta, positives, 1 - self.recall)) if positives else 0
        allowed = [misses for misses in (near, near - 1) if misses >= 0]
        return next((misses for misses in allowed if self.allows(misses, positives)), None)

    def positives_needed(self, misses: int = 0) -> int:
        """Return the least number of positives with which `misses` misses still certify."""
        return _least(lambda n: self.allows(misses, n), start=misses + 1)

    def power(self, positives: int, *, true_recall: float) -> float:
        """Return the probability that n positives certify, when the recall is `true_recall`."""
        allowed = self.allowed_misses(positives)
        return 0.0 if allowed is None else _chance(allowed, positives, true_recall)

    def positives_for_power(self, power: float, *, true_recall: float) -> int:
        """Return the least number of positives that certify with probability `power`.

        Power falls between two numbers of allowed misses and jumps at each, so only the least n
        of each number of misses needs a look.

        Raises:
            ValueError: The true recall is not above the promised one: no n would do.
        """
        if true_recall <= self.recall:
            raise ValueError(
                f"a true recall of {true_recall:g} cannot certify {self.recall:g} with power "
                f"{power:g}; it must be higher than the promise"
            )
        misses = _least(
            lambda k: self.power(self.positives_needed(k), true_recall=true_recall) >= power,
            start=0,
        )
        return self.positives_needed(misses)


def recall_bound(misses: int, positives: int, *, confidence: float) -> float:
    """Return the exact one-sided lower bound L = BetaInv(delta; n - k, k + 1)."""
    if misses >= positives:
        return 0.0
    return float(beta.ppf(1 - confidence, positives - misses, misses + 1))


def proportion_interval(
    successes: int, trials: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the exact two-sided Clopper-Pearson interval of a proportion; (0, 1) for no trials."""
    tail = (1 - confidence) / 2
    failures = trials - successes
    low = float(beta.ppf(tail, successes, failures + 1)) if successes else 0.0
    high = float(beta.ppf(1 - tail, successes + 1, failures)) if failures else 1.0
    return low, high


def _chance(misses: int, positives: int, recall: float) -> float:
    """Return the probability of at most `misses` misses among n positives at this recall."""
    return float(binom.cdf(misses, positives, 1 - recall))


def _least(holds: Callable[[int], bool], *, start: int) -> int:
    """Return the least integer from `start` on for which a monotone condition holds."""
    step = 1
    while not holds(start + step - 1):
        step *= 2
    low, high = start + step // 2, start + step - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
