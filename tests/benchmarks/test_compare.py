import pytest

from benchmarks.compare import judged, row
from benchmarks.contender import Group
from benchmarks.race import Place
from tests.benchmarks.fakes import contender, place

LIMIT = place("limit", Group.LIMIT, [200, 200])


@pytest.mark.parametrize(("cpu_ms", "verdict"), [(219, "met"), (221, "missed")])
def test_http_may_take_a_tenth_more_than_the_limit(cpu_ms: float, verdict: str) -> None:
    (goal,) = judged([LIMIT, place("skysift-http", Group.SKYSIFT, [cpu_ms] * 2)])

    assert goal.startswith(verdict)


@pytest.mark.parametrize(("cpu_ms", "verdict"), [(209, "met"), (211, "missed")])
def test_a_batch_job_may_take_a_twentieth_more(cpu_ms: float, verdict: str) -> None:
    (goal,) = judged([LIMIT, place("skysift-batch", Group.SKYSIFT, [cpu_ms] * 2)])

    assert goal.startswith(verdict)


@pytest.mark.parametrize(
    ("group", "cpu_ms", "verdict"),
    [
        (Group.PEER, 239, "missed"),
        (Group.PEER, 241, "met"),
        (Group.USER, 599, "missed"),
        (Group.USER, 601, "met"),
    ],
)
def test_skysift_must_be_ahead_of_each(group: Group, cpu_ms: float, verdict: str) -> None:
    skysift = place("skysift-http", Group.SKYSIFT, [200, 200])

    goals = judged([LIMIT, skysift, place("other", group, [cpu_ms] * 2)])

    assert goals[-1].startswith(verdict)
    assert "other" in goals[-1]


def test_what_did_not_run_is_named_with_its_reason() -> None:
    absent = Place(contender("x", None), trouble="cannot be installed:\nno such version")

    cells = row(absent, [LIMIT, absent])

    assert cells[1] == "did not run: cannot be installed: no such version"
    assert len(cells) == len(row(LIMIT, [LIMIT]))
