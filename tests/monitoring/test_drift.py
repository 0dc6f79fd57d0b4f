from dataclasses import replace

import pytest

from monitoring.drift import PANES_PER_WEEK_AT_FIRST, Drift
from monitoring.findings import KINDS, WHAT_TO_DO, find
from monitoring.limits import SECONDS_PER_WEEK
from monitoring.make_profile import rows_by_flight
from monitoring.observation import Observations, rank_of
from monitoring.pane_state import rows_of
from monitoring.panes import Arrival
from monitoring.profile import Profile
from monitoring.run_drift import drift_of
from monitoring.simulation import state_of
from tests.monitoring.worlds import frames_of


def watch(
    frames: Observations, drift: Drift, *, seconds_apart: float = 36.0
) -> list[frozenset[str]]:
    """Return the kinds of drift after each pane."""
    rows = rows_of(frames, drift.profile.reference)
    judged = [
        drift.take(Arrival(rank_of(name), flight, number * seconds_apart, row))
        for number, (name, flight, row) in enumerate(
            zip(frames.ids, frames.flights, rows, strict=True)
        )
    ]
    return [one.kinds for one in judged if one is not None]


def test_usual_flights_alarm_nothing(profile: Profile) -> None:
    drift = Drift(profile, false_alarms_per_week=1)

    assert not any(watch(frames_of(300, seed=11), drift))
    assert drift.state.alarms == frozenset()


@pytest.mark.parametrize(
    ("drifted", "kind"),
    [
        ({"brightness": 2.0}, "data"),
        ({"shift": 0.8}, "data"),
        ({"broken": ["specialist"]}, "voter"),
        ({"broken": ["clip"]}, "voter"),
    ],
    ids=str,
)
def test_a_drift_is_called_what_it_is(
    profile: Profile, drifted: dict[str, object], kind: str
) -> None:
    drift = Drift(profile, false_alarms_per_week=1)
    after = watch(frames_of(150, seed=12, **drifted), drift)  # type: ignore[arg-type] # by name

    assert after[-1] == {kind}
    assert drift.state.alarms == {kind}


def test_what_moved_is_named(profile: Profile) -> None:
    found = drift_of(frames_of(150, seed=12, brightness=2.0), profile, false_alarms_per_week=1)

    assert found.alarms[-1].causes[0] == "brightness"


@pytest.mark.parametrize(
    ("moved", "named"),
    [
        ({0: 1.2}, "brightness"),
        ({0: 1.5, 2: 1.5}, ""),
        ({0: 0.0}, ""),
    ],
    ids=["one attribute", "two as much as each other", "none"],
)
def test_what_moved_in_few_frames_is_named_only_when_it_is_clear(
    profile: Profile, moved: dict[int, float], named: str
) -> None:
    frames = frames_of(50, each=5, seed=12)
    attributes = frames.attributes.copy()
    for column, by in moved.items():
        attributes[::5, column] += by
    few = replace(frames, attributes=attributes)
    state = state_of(rows_of(few, profile.reference), list(rows_by_flight(few.flights).values()))

    assert find(state, profile, panes=5, limit=2.0).attribute == named


def test_flights_that_drifted_are_found_among_others(profile: Profile) -> None:
    usual, odd = frames_of(60, seed=13), frames_of(3, seed=14, brightness=8.0)
    found = drift_of(usual.joined_with(odd), profile, false_alarms_per_week=1)

    unusual = {flight.name for flight in found.unusual}
    assert set(odd.flights) <= unusual
    assert len(unusual - set(odd.flights)) <= 3


def test_fewer_false_alarms_and_faster_panes_raise_the_limit(profile: Profile) -> None:
    limits = profile.limits[5]

    assert limits.limit(0.1, panes_per_week=336) > limits.limit(1, panes_per_week=336)
    assert limits.limit(1, panes_per_week=33600) > limits.limit(1, panes_per_week=336)


def test_the_pace_is_measured_when_panes_enough_have_closed(profile: Profile) -> None:
    drift = Drift(profile, false_alarms_per_week=1)
    at_first = drift.limits()
    watch(frames_of(300, seed=11), drift, seconds_apart=1.0)
    expected = profile.limits[5].limit(1, panes_per_week=SECONDS_PER_WEEK / 60)

    assert at_first[5] == profile.limits[5].limit(1, panes_per_week=PANES_PER_WEEK_AT_FIRST)
    assert drift.limits()[5] == pytest.approx(expected, abs=0.05)


def test_every_kind_has_something_to_do() -> None:
    assert set(WHAT_TO_DO) == set(KINDS)
