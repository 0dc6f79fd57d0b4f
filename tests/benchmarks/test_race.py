from pathlib import Path

import pytest

from benchmarks.contender import Group, all_contenders
from benchmarks.race import Plan, race
from benchmarks.setting.setting import Setting
from models.settings import ModelSettings
from tests.benchmarks.fakes import SAID, Busy, contender, picture_files

SETTING = Setting(Path(), ModelSettings(), ())
PLAN = Plan(picture_files(2), 3, 4, {True: [SAID, SAID], False: [SAID, SAID]})


def silent(_: str) -> None:
    pass


def test_everybody_runs_every_round_and_one_that_does_not_count() -> None:
    first, second = Busy(), Busy()

    places = race([contender("a", first), contender("b", second)], SETTING, PLAN, silent)

    assert [len(place.laps.done) for place in places] == [3, 3]
    assert first.asked == second.asked == [4] * 4


def test_rounds_go_in_turn() -> None:
    told: list[str] = []

    race([contender("a", Busy()), contender("b", Busy())], SETTING, PLAN, told.append)

    rounds = [line.split(": ")[:2] for line in told if line.startswith("round")]
    assert rounds[:4] == [["round 1", "a"], ["round 1", "b"], ["round 2", "a"], ["round 2", "b"]]


def test_what_cannot_start_keeps_its_place_and_its_reason() -> None:
    absent, present = race([contender("a", None), contender("b", Busy())], SETTING, PLAN, silent)

    assert absent.trouble == "cannot be installed: no such version"
    assert absent.laps.done == []
    assert len(present.laps.done) == 3


def test_what_fails_is_out_and_the_others_go_on() -> None:
    failed, other = race(
        [contender("a", Busy(fails=True)), contender("b", Busy())], SETTING, PLAN, silent
    )

    assert "status 503" in failed.trouble
    assert len(other.laps.done) == 3


def test_other_scores_are_noticed() -> None:
    (place,) = race([contender("a", Busy(says={"a": 0.9}))], SETTING, PLAN, silent)

    assert place.off is not None
    assert not place.off.agrees


def test_memory_is_measured() -> None:
    (place,) = race([contender("a", Busy())], SETTING, PLAN, silent)

    assert place.peak_mb > 1


def test_contenders_have_names_of_their_own_and_the_limit_is_first() -> None:
    names = [each.name for each in all_contenders()]

    assert len(names) == len(set(names))
    assert names[0] == "limit"


@pytest.mark.parametrize("group", list(Group))
def test_every_group_has_somebody(group: Group) -> None:
    assert any(each.group is group for each in all_contenders())
