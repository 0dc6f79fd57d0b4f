import pytest

from benchmarks.laps import Answers, Lap, Laps, Spread, quantile, round_ratios, run_lap
from benchmarks.setting.pictures import Picture
from tests.benchmarks.fakes import Busy, laps, picture_files


def test_cpu_is_counted_per_frame() -> None:
    assert Lap(8, 1.6, 3.0, Answers([])).cpu_ms == 200


def test_several_laps_are_told_by_their_median_and_ends() -> None:
    several = laps([200, 100, 600], frames=4)

    assert several.cpu_ms == Spread(200, 100, 600)
    assert several.frames_per_cpu_second == 5
    assert f"{several.cpu_ms:.0f}" == "200 (100 to 600)"


def test_a_lap_that_was_the_only_one_has_no_ends() -> None:
    assert f"{laps([200]).cpu_ms:.0f}" == "200"


def test_frames_per_second_are_by_the_clock_on_the_wall() -> None:
    assert Laps([Lap(10, 1, 5, Answers([])), Lap(10, 1, 2, Answers([]))]).frames_per_second == 3.5


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.51, 3), (0.95, 4), (1, 4), (0, 1)])
def test_a_quantile_is_one_of_the_numbers(share: float, expected: float) -> None:
    assert quantile([4, 2, 3, 1], share) == expected


def test_latency_is_that_of_all_requests_of_all_laps() -> None:
    several = Laps([Lap(1, 1, 1, Answers([], [0.1])), Lap(1, 1, 1, Answers([], [0.3, 0.2]))])

    assert several.latency_ms(0.5) == pytest.approx(200)
    assert several.latency_ms(1) == pytest.approx(300)


def test_what_makes_no_requests_has_no_latency() -> None:
    assert laps([100]).latency_ms(0.5) is None


def test_contenders_are_compared_within_a_round() -> None:
    slow_second_round = round_ratios(laps([125, 375]), laps([100, 300]))

    assert slow_second_round == Spread(1.25, 1.25, 1.25)


def test_laps_that_were_not_in_turn_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        round_ratios(laps([100, 100]), laps([100]))


def test_a_lap_counts_the_cpu_of_the_process_that_works() -> None:
    busy = Busy(seconds=0.1)

    lap = run_lap(busy, picture_files(2), clients=1)

    assert lap.frames == 2
    assert lap.cpu_seconds >= 0.05  # the kernel counts in ticks of 0.01 s, rounded down
    assert lap.wall_seconds >= 0.05
    assert lap.answers.scores == [{"a": 0.5}, {"a": 0.5}]


def test_pictures_are_read_before_the_clock_starts() -> None:
    pictures: list[Picture] = picture_files(1)

    run_lap(Busy(seconds=0), pictures, clients=1)

    assert "data" in vars(pictures[0])
