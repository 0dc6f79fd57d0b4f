import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.split.parting import parted, unfairness
from curation.split.units import bursts_of, units_of
from ensembles.errors import ConfigError
from ensembles.score_table import Codes

SHARES = (0.6, 0.2, 0.2)


def test_units_are_linked_by_any_kind() -> None:
    flights = ["a", "a", "b", "c", "c"]
    twins = ["1", "2", "2", "3", "4"]

    assert units_of([flights, twins]).tolist() == [0, 0, 0, 1, 1]


def test_frames_that_say_nothing_are_linked_to_nobody() -> None:
    assert units_of([[None, None, "a", "a"]]).tolist() == [0, 1, 2, 2]


def test_a_pause_ends_a_burst_and_frames_without_a_time_are_of_their_group() -> None:
    groups = ["a", "a", "a", "b", "a"]
    times = [f"2026-03-04T05:06:{second}" for second in ("00", "04", "30", "01")]

    bursts = bursts_of(groups, [*times, None])

    assert bursts[0] == bursts[1]
    assert len(set(bursts)) == 4
    assert bursts[4] == "a"


def test_a_cameras_clock_is_not_compared_with_the_satellites() -> None:
    one, other = bursts_of(["a", "a"], ["2026-03-04T05:06:00", "2026-03-04T05:06:01+00:00"])

    assert one != other


def world(units: int, seed: int = 8) -> tuple[Codes, Codes]:
    """Flights of unequal length, positives on a few of them."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 40, units)
    of_frames = np.repeat(np.arange(units), sizes)
    rate = np.where(draw.random(units) < 0.3, 0.4, 0.01)
    return of_frames, (draw.random(len(of_frames)) < rate[of_frames]).astype(np.int64)


@given(st.integers(3, 60), st.integers(0, 20))
def test_no_unit_is_in_two_parts(units: int, seed: int) -> None:
    of_frames, strata = world(units, seed)

    parts = parted(of_frames, strata, SHARES, np.random.default_rng(seed))

    for unit in range(units):
        assert len(set(parts[of_frames == unit])) == 1


def test_frames_and_positives_are_spread_as_the_shares_say() -> None:
    of_frames, strata = world(100)

    parts = parted(of_frames, strata, SHARES, np.random.default_rng(0))

    for part, share in enumerate(SHARES):
        own = parts == part
        assert own.mean() == pytest.approx(share, abs=0.03)
        assert strata[own].sum() / strata.sum() == pytest.approx(share, abs=0.05)


def test_the_same_seed_gives_the_same_parts_and_another_does_not() -> None:
    of_frames, strata = world(50)

    first, again, other = (
        parted(of_frames, strata, SHARES, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )

    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_the_longest_flight_is_not_always_in_the_same_part() -> None:
    of_frames, strata = world(30)
    longest = int(np.bincount(of_frames).argmax())

    where = {
        int(parted(of_frames, strata, SHARES, np.random.default_rng(seed))[of_frames == longest][0])
        for seed in range(12)
    }

    assert len(where) > 1


def test_a_fair_draft_is_fairer() -> None:
    contents = np.array([[5.0, 5.0]] * 4)
    wanted = np.array([0.5, 0.5])

    assert unfairness(contents, np.array([0, 0, 1, 1]), wanted) == 0
    assert unfairness(contents, np.array([0, 0, 0, 1]), wanted) > 0


def test_fewer_units_than_parts_are_refused() -> None:
    with pytest.raises(ConfigError, match="2 units cannot be parted into 3"):
        parted(np.array([0, 0, 1]), np.zeros(3, dtype=np.int64), SHARES, np.random.default_rng(0))
