import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.panes import FEWEST_FRAMES, LONGEST_PANE_SECONDS, Arrival, OpenPane, Panes


def arrival(rank: int, flight: str = "a", seconds: float = 0.0) -> Arrival:
    return Arrival(rank, flight, seconds, np.array([1, rank], dtype=np.int64), rank)


def test_a_pane_closes_at_fifty_frames() -> None:
    panes = Panes()
    closed = [panes.take(arrival(rank, f"flight {rank // 5}")) for rank in range(120)]

    assert [pane is not None for pane in closed].count(True) == 2
    assert closed[49] is not None
    assert closed[49].state[0] == 50
    assert closed[49].flights == 10


def test_one_long_flight_gives_five_frames_and_closes_nothing() -> None:
    panes = Panes()
    closed = [panes.take(arrival(rank)) for rank in range(500)]

    assert not any(closed)
    assert panes.open.frames == 5


@given(order=st.permutations(range(12)))
def test_which_frames_of_a_flight_stay_does_not_depend_on_their_order(order: list[int]) -> None:
    pane = OpenPane()
    for rank in order:
        pane.take(arrival(rank))

    assert pane.closed().numbers == (0, 1, 2, 3, 4)


def test_a_picture_that_is_sent_again_counts_once() -> None:
    pane = OpenPane()
    for _ in range(3):
        pane.take(arrival(7))

    assert pane.frames == 1


@pytest.mark.parametrize(
    ("frames", "waited", "closes"),
    [
        (FEWEST_FRAMES, LONGEST_PANE_SECONDS, True),
        (FEWEST_FRAMES, LONGEST_PANE_SECONDS - 1, False),
        (FEWEST_FRAMES - 1, LONGEST_PANE_SECONDS * 9, False),
    ],
)
def test_a_pane_that_waited_closes_if_it_has_frames_enough(
    frames: int, waited: float, closes: bool
) -> None:
    panes = Panes()
    for rank in range(frames):
        panes.take(arrival(rank, f"flight {rank}"))

    assert (panes.close_if_full(waited) is not None) is closes


def test_a_window_is_there_when_its_panes_are() -> None:
    panes = Panes()
    for rank in range(5 * 50):
        assert panes.window(5) is None
        panes.take(arrival(rank, f"flight {rank}"))
    window = panes.window(5)

    assert window is not None
    assert window[0] == 250
