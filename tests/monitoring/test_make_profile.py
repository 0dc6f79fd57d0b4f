from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ensembles.errors import ConfigError
from monitoring.make_profile import make_profile, rows_by_flight
from monitoring.observation import Observations
from monitoring.pane_state import State, rows_of
from monitoring.profile import Profile
from monitoring.profile_file import read_profile, write_profile
from monitoring.simulation import WINDOWS, state_of, thinned
from monitoring.statistics import statistics_of
from tests.monitoring.worlds import IDENTITY, NO_GOLDEN, QUICK, frames_of, profile_of

NOMINAL_SCORE = 2.0
"""One usual window in a hundred."""


def windows_of(frames: Observations, profile: Profile, count: int, *, seed: int = 0) -> State:
    """Return windows of 250 frames: five of each of 50 flights."""
    rng = np.random.default_rng(seed)
    rows = rows_of(frames, profile.reference)
    flights = list(rows_by_flight(frames.flights).values())
    drawn = [rng.permutation(len(flights))[:50] for _ in range(count)]
    return np.stack(
        [state_of(rows, [thinned(flights[index], rng) for index in some]) for some in drawn]
    )


def alarms_in(frames: Observations, profile: Profile, *, windows: int = 300) -> float:
    states = windows_of(frames, profile, windows)
    statistics = statistics_of(states, profile.baseline, profile.reference)
    return float((profile.limits[WINDOWS[0]].score(statistics) >= NOMINAL_SCORE).mean())


def test_usual_flights_alarm_about_as_often_as_they_are_to(profile: Profile) -> None:
    assert alarms_in(frames_of(600, seed=2), profile) <= 0.06  # of 160 flights, few simulated


def test_limits_for_independent_frames_alarm_all_the_time() -> None:
    usual = frames_of(160, seed=1)
    alone = replace(usual, flights=usual.ids)

    assert alarms_in(frames_of(600, seed=2), profile_of(alone)) >= 0.5


@pytest.mark.parametrize(
    "drifted",
    [
        {"shift": 0.3},
        {"brightness": 1.0},
        {"broken": ["specialist"]},
    ],
    ids=str,
)
def test_what_drifts_is_seen(profile: Profile, drifted: dict[str, object]) -> None:
    assert alarms_in(frames_of(200, seed=3, **drifted), profile) >= 0.95  # type: ignore[arg-type] # by name


def test_one_bright_frame_in_five_is_seen_among_its_own_flight(profile: Profile) -> None:
    usual = frames_of(200, seed=3)
    attributes = usual.attributes.copy()
    attributes[::5, 0] += 2.0  # flights differ by 1, so that all frames together hide it
    bright = replace(usual, attributes=attributes)

    assert alarms_in(bright, profile) >= 0.95


def test_a_profile_is_read_as_it_was_written(profile: Profile, tmp_path: Path) -> None:
    write_profile(profile, tmp_path / "profile.npz")

    read = read_profile(tmp_path / "profile.npz")

    states = windows_of(frames_of(60, seed=4), profile, 3)
    for size in profile.limits:
        ours, theirs = (
            each.limits[size].score(statistics_of(states, each.baseline, each.reference))
            for each in (profile, read)
        )
        assert np.array_equal(ours, theirs)
    assert read.identity == profile.identity
    assert read.self_check == profile.self_check


def test_the_same_frames_make_the_same_profile() -> None:
    one, other = profile_of(), profile_of()

    assert np.array_equal(one.baseline.state, other.baseline.state)
    assert one.self_check == other.self_check


def test_a_gate_without_embeddings_has_a_profile_too() -> None:
    frames = frames_of(160, seed=1, embedded=False)
    profile = make_profile(frames, IDENTITY, NO_GOLDEN, effort=QUICK)

    assert profile.reference.embedding is None
    assert alarms_in(frames_of(200, seed=3, embedded=False, brightness=1.5), profile) >= 0.9


def test_too_few_flights_are_refused() -> None:
    with pytest.raises(ConfigError, match="29 flights are too few"):
        make_profile(frames_of(29), IDENTITY, NO_GOLDEN)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 broken"])
def test_what_is_no_profile_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "profile.npz"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match="is no profile that can be read"):
        read_profile(file)


def test_nothing_in_a_profile_is_unpickled(tmp_path: Path) -> None:
    file = tmp_path / "profile.npz"
    np.savez(file, head=np.array({"format": "skysift-profile-1"}, dtype=object))

    with pytest.raises(ConfigError, match="is no profile that can be read"):
        read_profile(file)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"made_by": {"specialist": "a" * 16, "clip": "c" * 16}}, "voter 'clip': other weights"),
        ({"thresholds": {"specialist": 0.6, "clip": 0.8}}, "voter 'clip': threshold 0.7"),
        ({"vote": "and"}, "vote: 'or', but the gate has 'and'"),
        ({"made_by": {"clip": "b" * 16}}, "voters: specialist, clip, but the gate has clip"),
    ],
)
def test_another_gate_is_refused(profile: Profile, change: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        profile.refuse_other(replace(IDENTITY, **change), source="profile.npz")  # type: ignore[arg-type] # by name
