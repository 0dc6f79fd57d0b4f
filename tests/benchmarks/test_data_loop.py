"""The whole round at small size; marked `pretrained`, because it takes a minute or more."""

import pytest

from benchmarks.data_loop import SMALL, Loop, Round, table

pytestmark = pytest.mark.pretrained


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Round:
    return Loop(tmp_path_factory.mktemp("round"), SMALL).go()


def test_winter_is_seen_and_takes_the_recall_and_the_round_brings_it_back(done: Round) -> None:
    before, during, alone, after = (line.measures for line in done.lines)

    assert before.found.value >= SMALL.recall
    assert not done.usual.alarms
    assert done.winter.alarms
    assert during.found.value < SMALL.recall
    assert after.found.value >= SMALL.recall
    assert after.kept.value < 1
    assert alone.found.value >= SMALL.recall


def test_each_gate_was_deployed_in_its_turn(done: Round) -> None:
    gates = [line.gate for line in done.lines]

    assert gates == ["first", "first", "rethresholded", "second"]


def test_the_table_has_a_line_for_each_and_says_what_drifted(done: Round) -> None:
    lines = table(done).splitlines()

    assert sum(line.startswith("|") for line in lines) == 2 + len(done.lines)
    assert f"{done.winter.unusual} of {done.winter.flights} flights unusual" in lines[-1]
