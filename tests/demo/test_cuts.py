"""Cuts: windows with what is in them, mirrored together with their boxes."""

from pathlib import Path

import numpy as np
import pytest

from demo.cuts import Cut, Cutter, Placed
from demo.world import Example, Seen


def marked_frame(*places: tuple[float, float]) -> tuple[Example, np.ndarray]:
    """Return a black frame of 80 x 60 with white hikers of 8 x 6 pixels at these shares of it."""
    pixels = np.zeros((60, 80, 3), np.uint8)
    for x, y in places:
        pixels[round(y * 60) : round(y * 60) + 6, round(x * 80) : round(x * 80) + 8] = 255
    things = tuple(Seen("hiker", "red", x, y, x + 0.1, y + 0.1) for x, y in places)
    return Example(Path("none.jpg"), "flight", "meadow", things), pixels


@pytest.fixture
def cutter() -> Cutter:
    frames = [marked_frame((0.2, 0.3), (0.7, 0.6)), marked_frame()]
    return Cutter([frame[0] for frame in frames], np.stack([frame[1] for frame in frames]), seed=3)


def white_share(cut: Cut, thing: Placed) -> float:
    left, top, right, bottom = np.clip(np.round(thing.box).astype(int), 0, 999)
    return float(np.mean(cut.pixels[top:bottom, left:right] > 0))


def test_boxes_stay_on_their_things_in_every_cut(cutter: Cutter) -> None:
    cuts = cutter.cuts(200, 32)

    assert all(cut.pixels.shape == (32, 32, 3) for cut in cuts)
    assert all(white_share(cut, thing) == 1 for cut in cuts for thing in cut.things)
    assert sum(bool(cut.things) for cut in cuts) > 80


def test_whole_frames_are_half_positive(cutter: Cutter) -> None:
    cuts = cutter.frames(20)

    assert sum(bool(cut.things) for cut in cuts) == 10
    assert all(white_share(cut, thing) == 1 for cut in cuts for thing in cut.things)


def test_the_same_seed_cuts_the_same_windows() -> None:
    example, pixels = marked_frame((0.2, 0.3), (0.7, 0.6))
    first, second = (Cutter([example], pixels[None], seed=9).cuts(20, 24) for _ in range(2))

    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, second, strict=True))
