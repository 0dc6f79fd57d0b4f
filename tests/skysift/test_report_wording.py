"""Numbers as a reader meets them."""

import pytest

from skysift.report.wording import (
    bound_percent,
    confidence_percent,
    count,
    duration,
    exact_percent,
    percent,
    rough_percent,
)


@pytest.mark.parametrize(
    ("bound", "text"), [(0.9519999, "95.19 %"), (0.57, "57.00 %"), (0.999999, "99.99 %")]
)
def test_a_guarantee_is_never_rounded_up(bound: float, text: str) -> None:
    assert bound_percent(bound) == _spaced(text)


@pytest.mark.parametrize(
    ("share", "text"), [(0.308, "30.8 %"), (0.0004, "0.04 %"), (0, "0 %"), (1, "100 %")]
)
def test_a_share_keeps_what_matters(share: float, text: str) -> None:
    assert percent(share) == _spaced(text)


@pytest.mark.parametrize(
    ("share", "text"), [(0.308, "31 %"), (0.042, "4.2 %"), (0.999, "99.9 %"), (1, "100 %")]
)
def test_a_headline_rounds_what_is_large(share: float, text: str) -> None:
    assert rough_percent(share) == _spaced(text)


def test_promises_and_confidences_are_as_they_were_asked_for() -> None:
    assert exact_percent(0.9995) == _spaced("99.95 %")
    assert confidence_percent(1 - 0.05 / 6) == _spaced("99.17 %")
    assert confidence_percent(0.95) == _spaced("95 %")


@pytest.mark.parametrize(
    ("seconds", "text"), [(12, "12 s"), (620, "10 min"), (5400, "1.5 h"), (7200, "2 h")]
)
def test_a_duration_has_the_unit_people_use(seconds: float, text: str) -> None:
    assert duration(seconds) == _spaced(text)


def test_thousands_are_set_apart_from_five_digits_on() -> None:
    assert (count(1904), count(1_000_000)) == ("1904", _spaced("1 000 000"))


def _spaced(text: str) -> str:
    return text.replace(" ", "\u202f")
