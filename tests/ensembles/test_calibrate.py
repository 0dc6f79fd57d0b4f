"""From scores to thresholds, or a refusal that says what is missing."""

import numpy as np
import pytest

from ensembles.bounds import Promise
from ensembles.calibrate import TooFewPositivesError, calibrate, calibrate_best, chooses
from ensembles.candidates import all_candidates
from ensembles.errors import ConfigError
from ensembles.score_table import NOBODY, ScoreTable
from tests.ensembles.worlds import VOTERS, World

CANDIDATES = all_candidates(VOTERS)


def table(positives: int, *, groups: int = 40, negatives: int = 300, seed: int = 3) -> ScoreTable:
    random = np.random.default_rng(seed)
    world = World(frames_per_object=3, likeness=0.5)
    return world.table(random, positives=positives, negatives=negatives, groups=groups)


def test_the_candidates_are_every_voter_alone_then_every_count_of_them() -> None:
    assert [candidate.name for candidate in CANDIDATES] == ["a", "b", "c", "or", "2-of-3", "and"]
    assert [candidate.name for candidate in all_candidates(["only"])] == ["only"]


@pytest.mark.parametrize(("recall", "have", "need"), [(0.95, 58, 59), (0.99, 298, 299)])
def test_too_few_positives_are_refused_with_the_number_that_would_do(
    recall: float, have: int, need: int
) -> None:
    with pytest.raises(TooFewPositivesError, match=f"at least {need} positives.*label 1 more") as e:
        calibrate(table(have), CANDIDATES[0], Promise(recall))

    assert (e.value.have, e.value.need) == (have, need)


def test_one_rule_spends_all_the_misses_it_may() -> None:
    point = calibrate(table(93, negatives=5000), CANDIDATES[0], Promise(0.95)).point

    assert (point.positives, point.misses) == (93, 1)
    assert point.bound >= 0.95
    assert point.share_low < point.share_kept < point.share_high


def test_many_positives_are_split_by_group_to_choose_and_to_certify() -> None:
    calibration = calibrate_best(table(400), CANDIDATES, Promise(0.95), seed=5, payment="split")

    assert (calibration.method, calibration.seed) == ("split", 5)
    assert 150 < calibration.point.positives < 250
    assert [point.candidate for point in calibration.rivals] == list(CANDIDATES)


@pytest.mark.parametrize(("positives", "groups"), [(120, 40), (400, 1)])
def test_few_positives_or_a_single_group_share_delta_instead(positives: int, groups: int) -> None:
    calibration = calibrate_best(table(positives, groups=groups), CANDIDATES, Promise(0.95))

    assert calibration.method == "delta / M"
    assert calibration.point.positives == positives


@pytest.mark.parametrize(("positives", "groups"), [(120, 40), (400, 1)])
def test_a_split_that_is_impossible_is_refused(positives: int, groups: int) -> None:
    with pytest.raises(ConfigError, match="a split needs 150 positives and two groups"):
        calibrate_best(table(positives, groups=groups), CANDIDATES, Promise(0.95), payment="split")


@pytest.mark.parametrize(
    ("positives", "recall", "rules", "method"),
    [(400, 0.95, 6, "delta / M"), (400, 0.9, 60, "split")],
)
def test_the_choice_is_paid_for_as_allows_the_larger_share_of_misses(
    positives: int, recall: float, rules: int, method: str
) -> None:
    scores = table(positives)

    calibration = calibrate_best(scores, CANDIDATES * (rules // 6), Promise(recall))

    assert calibration.method == method


def test_no_group_is_on_both_sides_of_the_split() -> None:
    scores = table(200, groups=12)

    side = chooses(scores, seed=1)

    assert side is not None
    assert not set(scores.groups[side]) & set(scores.groups[~side])
    assert abs(scores.take(side).positives - 100) < 25


def test_an_object_is_found_if_any_of_its_frames_is_kept() -> None:
    scores = ScoreTable(
        ("a",),
        np.array([[0.9], [0.1], [0.3], [0.2]], dtype=np.float32),
        np.array([1, 1, 1, 0], dtype=np.int8),
        np.array([7, 7, NOBODY, NOBODY]),
        np.full(4, NOBODY),
    )

    best = scores.best_by_object(scores.scores[:, 0].astype(np.float64))

    assert sorted(best) == pytest.approx([0.3, 0.9])
    assert scores.positives == 2


def test_unlabelled_frames_stand_in_where_no_negative_is_labelled() -> None:
    scores = table(70)
    unlabelled = ScoreTable(
        scores.voters,
        scores.scores,
        np.where(scores.labels == 1, 1, -1).astype(np.int8),
        scores.objects,
        scores.groups,
    )

    assert len(unlabelled.negatives()) == 300
    assert calibrate(unlabelled, CANDIDATES[0], Promise(0.95)).point.positives == 70
