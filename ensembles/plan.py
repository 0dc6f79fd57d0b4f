"""What a promise costs before anything is labelled."""

from dataclasses import dataclass
from math import ceil, log

from scipy.stats import beta

from ensembles.bounds import Promise

MISSES_SHOWN = (0, 1, 2, 3, 4, 5, 10)


@dataclass(frozen=True, slots=True)
class Step:
    """What it takes to be allowed so many misses.

    Args:
        misses: Allowed.
        positives: Objects to label.
        power: Probability that they certify, at the true recall that was assumed.
    """

    misses: int
    positives: int
    power: float


@dataclass(frozen=True, slots=True)
class Audit:
    """A random blind sample of the skipped frames, as another way to bound the recall.

    Args:
        frames: To look at, if none of them shows the target.
        upper_bound: On the share of positives among the skipped frames, that this proves.
    """

    frames: int
    upper_bound: float


def steps(promise: Promise, *, true_recall: float) -> tuple[Step, ...]:
    """Return the positives needed for 0, 1, 2, ... allowed misses, and the power of each."""
    needed = [(misses, promise.positives_needed(misses)) for misses in MISSES_SHOWN]
    return tuple(
        Step(misses, positives, promise.power(positives, true_recall=true_recall))
        for misses, positives in needed
    )


def audit_for(promise: Promise, *, prevalence: float, share_kept: float) -> Audit:
    """Return the audit that would prove the promise without a single hit.

    With x hits among m skipped frames, p_U = BetaInv(1 - delta; x + 1, m - x) bounds the share of
    positives among the skipped ones, and recall >= TP / (TP + N_skipped p_U). It is solved for m
    at x = 0, where p_U = 1 - delta^(1/m), taking TP for all positives.

    Args:
        promise: To be proved.
        prevalence: Share of frames that show the target, in (0, 1).
        share_kept: Share of frames that go to review, in [0, 1).

    Raises:
        ValueError: One of the shares is out of its range.
    """
    if not 0 < prevalence < 1:
        raise ValueError(f"prevalence must lie between 0 and 1, not {prevalence}")
    if not 0 <= share_kept < 1:
        raise ValueError(f"share kept must be at least 0 and below 1, not {share_kept}")
    allowed = prevalence * (1 - promise.recall) / promise.recall / (1 - share_kept)
    frames = ceil(log(promise.delta) / log(1 - min(allowed, 1 - 1e-12)))
    return Audit(frames, elusion_bound(0, frames, confidence=promise.confidence))


def elusion_bound(hits: int, frames: int, *, confidence: float) -> float:
    """Return the upper bound on the share of positives among skipped frames, from an audit."""
    if hits >= frames:
        return 1.0
    return float(beta.ppf(confidence, hits + 1, frames - hits))
