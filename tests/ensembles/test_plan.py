"""What a promise costs before anything is labelled."""

import pytest

from ensembles.bounds import Promise
from ensembles.plan import audit_for, elusion_bound, steps


def test_more_allowed_misses_need_more_positives_and_certify_more_surely() -> None:
    planned = steps(Promise(0.99), true_recall=0.998)

    assert [step.positives for step in planned] == [299, 473, 628, 773, 913, 1049, 1693]
    assert [step.power for step in planned] == sorted(step.power for step in planned)
    assert planned[2].power >= 0.8 > planned[1].power


@pytest.mark.parametrize("prevalence", [0.1, 0.01, 0.001])
def test_an_audit_costs_about_57_times_the_skipped_share_over_prevalence(prevalence: float) -> None:
    audit = audit_for(Promise(0.95), prevalence=prevalence, share_kept=0.2)

    assert audit.frames == pytest.approx(57 * 0.8 / prevalence, rel=0.02)


def test_an_audit_without_hits_proves_the_promise_and_one_frame_fewer_does_not() -> None:
    promise, prevalence, share_kept = Promise(0.95), 0.01, 0.3
    frames = audit_for(promise, prevalence=prevalence, share_kept=share_kept).frames

    def recall(sample: int) -> float:
        eluded = (1 - share_kept) * elusion_bound(0, sample, confidence=promise.confidence)
        return prevalence / (prevalence + eluded)

    assert recall(frames) >= 0.95 > recall(frames - 1)


@pytest.mark.parametrize(
    ("prevalence", "share_kept", "message"),
    [(0, 0.1, "prevalence must lie"), (1, 0.1, "prevalence must lie"), (0.1, 1, "share kept must")],
)
def test_shares_out_of_range_are_refused(
    prevalence: float, share_kept: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        audit_for(Promise(0.95), prevalence=prevalence, share_kept=share_kept)
