"""Every fast row of the table, on a real server that all of them share."""

from collections.abc import Iterator

import pytest

from tests.faults.__main__ import place
from tests.faults.fault import Fault, Place
from tests.faults.observed import PAGE, read, table
from tests.faults.registry import FAULTS


@pytest.fixture(scope="module")
def here() -> Iterator[Place]:
    with place() as place_of_all:
        yield place_of_all


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if not fault.slow], ids=lambda fault: fault.name
)
def test_what_is_expected_of_a_fault_holds(fault: Fault, here: Place) -> None:
    seen = fault.show(here)

    assert seen.held, f"{fault.fault}: expected {fault.expected}, but {seen.observed}"


def test_afterwards_no_frame_is_missing_and_good_pictures_are_judged(here: Place) -> None:
    assert here.frames_unaccounted() == 0
    assert here.still_serves().status == 200


def test_every_fault_has_a_name_of_its_own() -> None:
    names = [fault.name for fault in FAULTS]

    assert sorted(set(names)) == sorted(names)


def test_the_page_shows_what_was_observed_and_nothing_typed_by_hand() -> None:
    assert table(FAULTS, read()) in PAGE.read_text("utf-8")
