"""The exact bound, against published numbers and against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from ensembles.bounds import Promise, proportion_interval, recall_bound

# Positives needed for 0, 1, ... 5 and 10 misses at 95 % confidence (Wilks; Clopper-Pearson).
PUBLISHED = {
    0.90: (29, 46, 61, 76, 89, 103, 167),
    0.95: (59, 93, 124, 153, 181, 208, 336),
    0.98: (149, 236, 313, 386, 456, 523, 845),
    0.99: (299, 473, 628, 773, 913, 1049, 1693),
}


@pytest.mark.parametrize("recall", PUBLISHED)
def test_positives_needed_agree_with_the_published_table(recall: float) -> None:
    promise = Promise(recall)

    needed = tuple(promise.positives_needed(misses) for misses in (0, 1, 2, 3, 4, 5, 10))

    assert needed == PUBLISHED[recall]


@pytest.mark.parametrize(("recall", "positives"), [(0.95, 59), (0.99, 299)])
def test_one_positive_too_few_certifies_nothing(recall: float, positives: int) -> None:
    assert Promise(recall).allowed_misses(positives - 1) is None
    assert Promise(recall).allowed_misses(positives) == 0


@given(st.integers(0, 3000), st.floats(0.5, 0.995), st.floats(0.5, 0.999))
def test_one_more_miss_than_allowed_breaks_the_promise(
    positives: int, recall: float, confidence: float
) -> None:
    promise = Promise(recall, confidence)
    allowed = promise.allowed_misses(positives)

    if allowed is not None:
        assert binom.cdf(allowed, positives, 1 - recall) <= promise.delta
    refused = 0 if allowed is None else allowed + 1
    assert not promise.allows(refused, positives)


@given(st.integers(1, 2000), st.data())
def test_the_bound_reaches_the_target_exactly_when_the_misses_are_allowed(
    positives: int, data: st.DataObject
) -> None:
    misses = data.draw(st.integers(0, positives))
    promise = Promise(0.95)

    bound = recall_bound(misses, positives, confidence=0.95)

    assert (bound >= 0.95 - 1e-12) == promise.allows(misses, positives)


@pytest.mark.parametrize(
    ("recall", "true_recall", "power", "positives"),
    [
        (0.95, 0.98, 0.8, 234),
        (0.95, 0.98, 0.9, 311),
        (0.99, 0.998, 0.8, 628),
        (0.99, 0.998, 0.9, 773),
    ],
)
def test_positives_for_a_power_agree_with_the_published_ones(
    recall: float, true_recall: float, power: float, positives: int
) -> None:
    assert Promise(recall).positives_for_power(power, true_recall=true_recall) == positives


def test_a_promise_the_truth_does_not_keep_needs_no_positives() -> None:
    with pytest.raises(ValueError, match="must be higher than the promise"):
        Promise(0.95).positives_for_power(0.8, true_recall=0.95)


@pytest.mark.parametrize(("recall", "positives"), [(0.95, 90), (0.99, 459)])
def test_choosing_among_five_rules_costs_what_bonferroni_says(
    recall: float, positives: int
) -> None:
    assert Promise(recall).shared_by(5).positives_needed() == positives


@pytest.mark.parametrize("value", [0, 1, -0.1, float("nan")])
def test_a_promise_outside_zero_to_one_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="recall must lie between 0 and 1"):
        Promise(value)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 0, 0, 1), (0, 10, 0, 0.3085), (10, 10, 0.6915, 1), (5, 10, 0.1871, 0.8129)],
)
def test_the_two_sided_interval_is_clopper_and_pearsons(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert proportion_interval(successes, trials) == pytest.approx((low, high), abs=1e-4)
