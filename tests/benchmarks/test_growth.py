import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.axes import AXES, LONG
from benchmarks.growth import main
from benchmarks.growth_axis import Axis, Point, Value
from benchmarks.setting.setting import Setting
from models.settings import ModelSettings
from tests.benchmarks.fakes import Busy, picture_files

SETTING = Setting(Path(), ModelSettings(), ())


def axis(one: Busy, other: Busy, rounds: int = 3) -> Axis:
    def values(_: Setting, __: ExitStack, quick: bool) -> list[Value]:
        both = [Value(1, one, picture_files(2), 1), Value(8, other, picture_files(2), 8, "eight")]
        return both[: 1 if quick else 2]

    return Axis("fake", "nothing", values, rounds)


def test_every_value_is_measured_every_round_after_one_lap_that_does_not_count() -> None:
    one, other = Busy(), Busy()

    points = axis(one, other).measure(SETTING, quick=False)

    assert [point.label for point in points] == ["1", "eight"]
    assert [len(point.laps.done) for point in points] == [3, 3]
    assert one.asked == [1] * 4
    assert other.asked == [8] * 4


def test_quick_is_one_round() -> None:
    (point,) = axis(Busy(), Busy()).measure(SETTING, quick=True)

    assert len(point.laps.done) == 1


def test_a_point_is_read_back_as_it_was_saved() -> None:
    (point,) = axis(Busy(), Busy()).measure(SETTING, quick=True)

    again = Point.of_json(json.loads(json.dumps(point.as_json())))

    assert again.as_json() == point.as_json()
    assert again.laps.cpu_ms == point.laps.cpu_ms


def test_what_takes_an_hour_is_not_run_unasked() -> None:
    assert LONG not in AXES
    assert len({each.name for each in (*AXES, LONG)}) == len(AXES) + 1


def test_help_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    assert "--only" in capsys.readouterr().out
