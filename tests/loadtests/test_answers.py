import copy
from typing import Any

import pytest

from ensembles.reasons import Reason
from loadtests.answers import Memory, WrongAnswer, check_batch, check_overload, check_single
from loadtests.pictures import Sample
from loadtests.run import counted

GOOD, OTHER = Sample("good.jpg", b"good"), Sample("other.jpg", b"other")
CUT = Sample("cut.jpg", b"cut", Reason.TRUNCATED)


def verdict(sample: Sample = GOOD, **changes: object) -> dict[str, Any]:
    return {
        "decision": "skip",
        "reasons": [],
        "votes": [{"voter": "near", "score": 0.25}],
        "skipped": ["far"],
        "frame": {"id": sample.id},
    } | changes


def refused(reason: str = "truncated", decision: str | None = "review") -> dict[str, Any]:
    return {"error": "cut off", "reason": reason, "decision": decision, "request_id": "1"}


def in_batch(index: int, sample: Sample = GOOD) -> dict[str, Any]:
    return verdict(sample) | {"index": index}


def test_a_right_answer_passes() -> None:
    check_single(GOOD, 200, verdict(), Memory())
    check_single(CUT, 400, refused(), Memory())


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (500, {"error": "broken"}, "is answered 500"),
        (200, verdict(decision=None), "the decision is None"),
        (200, verdict(OTHER), "on another picture"),
        (200, verdict(votes=[]), "without a vote"),
        (200, verdict(votes=[{"voter": "near", "score": None}]), "near abstained"),
    ],
)
def test_a_wrong_answer_on_a_good_picture_is_refused(
    status: int, answer: dict[str, Any], why: str
) -> None:
    with pytest.raises(WrongAnswer, match=why):
        check_single(GOOD, status, answer, Memory())


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (400, refused(decision="skip"), "the decision is 'skip'"),
        (400, refused(decision=None), "the decision is None"),
        (400, refused(reason="empty"), "not truncated"),
        (500, refused(), "500, not 400"),
        (200, verdict(decision="skip"), "broken, but"),
    ],
)
def test_a_wrong_answer_on_a_broken_picture_is_refused(
    status: int, answer: dict[str, Any], why: str
) -> None:
    with pytest.raises(WrongAnswer, match=why):
        check_single(CUT, status, answer, Memory())


def test_the_same_picture_must_get_the_same_decision() -> None:
    memory = Memory()
    check_single(GOOD, 200, verdict(), memory)

    with pytest.raises(WrongAnswer, match="first it was skip"):
        check_single(GOOD, 200, verdict(decision="review"), memory)


def test_the_same_picture_must_get_the_same_scores() -> None:
    memory = Memory()
    check_single(GOOD, 200, verdict(), memory)
    changed = copy.deepcopy(verdict())
    changed["votes"][0]["score"] = 0.26

    with pytest.raises(WrongAnswer, match=r"first it said 0\.25"):
        check_single(GOOD, 200, changed, memory)


def test_an_explained_answer_must_have_asked_everybody() -> None:
    check_single(GOOD, 200, verdict(skipped=[]), Memory(), explain=True)

    with pytest.raises(WrongAnswer, match="were not asked"):
        check_single(GOOD, 200, verdict(), Memory(), explain=True)


def test_a_batch_is_right_when_every_result_is_in_its_place() -> None:
    broken = {"index": 1, "decision": "review", "reasons": ["truncated"]}
    results = [in_batch(0), broken, in_batch(2, sample=OTHER)]

    check_batch([GOOD, CUT, OTHER], 200, {"results": results}, Memory())


def test_a_batch_in_another_order_is_refused() -> None:
    with pytest.raises(WrongAnswer, match="another picture"):
        check_batch(
            [GOOD, OTHER], 200, {"results": [in_batch(0, sample=OTHER), in_batch(1)]}, Memory()
        )


def test_a_batch_that_loses_a_picture_is_refused() -> None:
    with pytest.raises(WrongAnswer, match="has the results"):
        check_batch([GOOD, OTHER], 200, {"results": [in_batch(0)]}, Memory())


def test_an_overload_must_say_when_to_come_back() -> None:
    assert check_overload(refused("overloaded"), {"Retry-After": "2"}) == 2

    with pytest.raises(WrongAnswer, match="without Retry-After"):
        check_overload(refused("overloaded"), {})


def test_frames_are_counted_over_all_labels() -> None:
    exposition = """
# TYPE skysift_frames_received_total counter
skysift_frames_received_total 7.0
skysift_frames_total{decision="review",ensemble="demo",outcome="judged",reason="none"} 2.0
skysift_frames_total{decision="skip",ensemble="demo",outcome="judged",reason="none"} 4.0
skysift_frames_created{decision="skip"} 1e9
"""

    assert counted(exposition) == (7, 6)
