import pytest

from benchmarks.agreement import difference


def test_the_worst_picture_and_voter_count() -> None:
    found = [{"a": 0.5, "b": 0.1}, {"a": 0.5, "b": 0.4}]
    expected = [{"a": 0.5, "b": 0.1}, {"a": 0.5, "b": 0.1}]

    off = difference(found, expected, 0.2)

    assert off.worst == pytest.approx(0.3)
    assert not off.agrees
    assert difference(found, expected, 0.4).agrees


def test_a_voter_that_was_not_asked_never_agrees() -> None:
    assert not difference([{"a": 0.5}], [{"a": 0.5, "b": 0.1}], 1).agrees


def test_a_picture_that_was_lost_never_agrees() -> None:
    assert not difference([{"a": 0.5}], [{"a": 0.5}, {"a": 0.5}], 1).agrees


def test_pictures_in_another_order_do_not_agree() -> None:
    assert not difference([{"a": 0.1}, {"a": 0.9}], [{"a": 0.9}, {"a": 0.1}], 0.35).agrees
