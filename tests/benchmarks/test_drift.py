import numpy as np
import pytest

from benchmarks.drift_consecutive import alarms_by_flight
from benchmarks.drift_power import (
    CALIBRATING_WINDOWS,
    Limited,
    mixed,
    partly,
    power,
    usual_sample,
    usual_windows,
)
from benchmarks.drift_rivals import CentroidDistance, ExactMmd
from monitoring.profile import Profile
from tests.monitoring.worlds import frames_of, profile_of


@pytest.fixture(scope="module")
def profile() -> Profile:
    return profile_of()


def test_rivals_know_a_shift_from_a_usual_window() -> None:
    usual = frames_of(120, seed=1)
    windows = usual_windows(usual)[::10]
    shifted = usual_windows(frames_of(120, seed=2, shift=2.0))[::10]
    assert windows.shape[:2] == (CALIBRATING_WINDOWS // 10, 250)

    for rival in (ExactMmd(usual_sample(usual)), CentroidDistance(usual_sample(usual))):
        limited = Limited.of(rival, windows)

        assert limited.alarms(windows) == pytest.approx(1 / 30)
        assert limited.alarms(shifted) == pytest.approx(1.0)


def test_power_says_how_often_and_in_what(profile: Profile) -> None:
    clean = frames_of(70, seed=3)
    bright = frames_of(70, seed=3, brightness=5.0)

    found = power(
        "brightness +20 %, 100%", mixed(clean, bright, 1.0), profile=profile, rivals=(), windows=10
    )

    assert (found.ours, found.right, found.wrong) == (1.0, 1.0, 0.0)


@pytest.mark.parametrize(("share", "odd"), [(0.0, 0), (0.2, 50), (1.0, 250)])
def test_a_window_has_the_share_of_other_frames_that_was_asked_for(share: float, odd: int) -> None:
    clean, other = frames_of(60, seed=4), frames_of(60, seed=4, brightness=1000.0)

    for draw in (mixed(clean, other, share), partly(clean, other, share)):
        window = draw(np.random.default_rng(0))

        assert len(window) == 250
        assert (window.attributes[:, 0] > 500).sum() == odd


def test_windows_of_one_flight_are_held_against_such_windows(profile: Profile) -> None:
    usual, shifted = (frames_of(24, each=60, seed=5, shift=shift) for shift in (0.0, 50.0))

    assert alarms_by_flight(usual, usual, profile) < 0.2
    assert alarms_by_flight(usual, shifted, profile) == 1.0
