"""Laps are kept for whoever asked, and for nobody else."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from monitoring.laps import Lap, Laps, add, keep, kept
from monitoring.metrics import clock

LAP = Lap("decode", 1.0, 2.0)


def test_without_a_list_nothing_is_kept() -> None:
    add(LAP)

    assert kept() == ()


def test_the_innermost_list_alone_is_added_to() -> None:
    outer: Laps = []
    inner: Laps = []

    with keep(outer):
        add(LAP)
        with keep(inner):
            add(LAP)
        add(LAP)

    assert (len(outer), len(inner)) == (2, 1)


def test_several_lists_share_a_lap() -> None:
    one: Laps = []
    other: Laps = []

    with keep(one, other):
        add(LAP)

    assert one == other == [LAP]


def test_a_thread_keeps_laps_when_it_is_given_the_context() -> None:
    laps: Laps = []

    with ThreadPoolExecutor(1) as pool, keep(laps):
        pool.submit(add, LAP).result()
        pool.submit(copy_context().run, add, LAP).result()

    assert laps == [LAP]


def test_a_clock_adds_a_lap_also_when_the_block_fails() -> None:
    laps: Laps = []

    with keep(laps), pytest.raises(ZeroDivisionError), clock("voter", voter="clip", views=3):
        _ = 1 / 0

    [lap] = laps
    assert (lap.stage, lap.voter, lap.views) == ("voter", "clip", 3)
    assert lap.end >= lap.start
