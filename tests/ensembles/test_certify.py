"""A certificate says what the calibration found, and keeps what the dial needs."""

from pathlib import Path

import numpy as np
import pytest

from ensembles.average import calibrate_on_average
from ensembles.bounds import Promise
from ensembles.calibrate import calibrate, calibrate_best, certifying_rows
from ensembles.candidates import all_candidates
from ensembles.certificate import Certificate, read_certificate, write_certificate
from ensembles.certify import Circumstances, certificate_of
from ensembles.dial import Scale
from ensembles.point import dial_of
from ensembles.rivalry import rivalry
from tests.ensembles.worlds import VOTERS, World

CANDIDATES = all_candidates(VOTERS)
ABOUT = Circumstances(ensemble="boats", digest="ab" * 32, skysift_version="0.1.0")
TABLE = World(frames_per_object=3, likeness=0.5).table(
    np.random.default_rng(3), positives=400, negatives=900
)
PROMISE = Promise(0.95)


def of_best() -> Certificate:
    calibration = calibrate_best(TABLE, CANDIDATES, PROMISE, seed=4)
    here = TABLE.take(certifying_rows(TABLE, calibration))
    return certificate_of(calibration, here, ABOUT)


def test_it_says_what_was_chosen_on_what() -> None:
    made = of_best()

    assert (made.method, made.seed, made.rules_tried) == ("split", 4, 6)
    assert made.counted == "objects"
    assert made.positives < 400
    assert made.bound >= 0.95
    assert made.share_kept.low < made.share_kept.successes / made.share_kept.trials
    hours = made.share_kept.successes / made.share_kept.trials * 1000 * 2 / 3600
    assert made.review_hours_per_1000_frames == pytest.approx(hours)


def test_the_dial_can_be_moved_with_the_scales_it_keeps(tmp_path: Path) -> None:
    calibration = calibrate(TABLE, CANDIDATES[3], PROMISE)
    file = tmp_path / "certificate.json"

    write_certificate(certificate_of(calibration, TABLE, ABOUT), file)

    kept = read_certificate(file)
    scales = [Scale(np.array(kept.scales[name], dtype=np.float32)) for name in kept.thresholds]
    np.testing.assert_array_equal(
        dial_of(TABLE, CANDIDATES[3], scales), dial_of(TABLE, CANDIDATES[3], calibration.scales)
    )
    assert [scale.threshold(calibration.point.dial) for scale in scales] == list(
        kept.thresholds.values()
    )
    assert len(file.read_text().splitlines()) < 80


def test_a_recall_on_average_gets_none() -> None:
    calibration = calibrate_on_average(TABLE, CANDIDATES[0], PROMISE)

    with pytest.raises(ValueError, match="no certificate"):
        certificate_of(calibration, TABLE, ABOUT)


def test_voting_that_loses_to_one_model_is_told() -> None:
    world = World(skill=(3.0, 0.1, 0.1), correlation=0.0)
    table = world.table(np.random.default_rng(1), positives=400, negatives=2000)
    calibration = calibrate_best(table, CANDIDATES, PROMISE)

    found = rivalry(table.take(certifying_rows(table, calibration)), calibration)

    assert found is not None
    assert found.better == "single"
    assert found.single.candidate.name == "a"


def test_voting_that_pays_is_told_and_a_doubt_as_well() -> None:
    world = World(skill=(2.0, 2.0, 2.0), correlation=0.0)
    table = world.table(np.random.default_rng(1), positives=400, negatives=4000)
    few = world.table(np.random.default_rng(1), positives=160, negatives=20)

    def better(table_: object) -> str:
        assert isinstance(table_, type(table))
        calibration = calibrate_best(table_, CANDIDATES, PROMISE)
        found = rivalry(table_.take(certifying_rows(table_, calibration)), calibration)
        assert found is not None
        return found.better

    assert better(table) == "vote"
    assert better(few) == "neither"


def test_one_rule_has_no_rival() -> None:
    assert rivalry(TABLE, calibrate(TABLE, CANDIDATES[0], PROMISE)) is None
