"""Tiles cover every pixel, overlap as asked, and stay inside the frame."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ensembles.tiles import Tiles

sides = st.integers(32, 900)
lengths = st.integers(1, 5000)
overlaps = st.floats(0, 0.9)


@st.composite
def tilings(draw: st.DrawFn) -> Tiles:
    return Tiles(tile=(draw(sides), draw(sides)), overlap=draw(overlaps))


@given(tilings(), lengths, lengths)
def test_every_pixel_of_every_frame_lies_in_a_tile(tiles: Tiles, width: int, height: int) -> None:
    boxes = tiles.over(width, height)

    columns = sorted({(box.left, box.right) for box in boxes})
    rows = sorted({(box.top, box.bottom) for box in boxes})
    for spans, length in ((columns, width), (rows, height)):
        assert (spans[0][0], spans[-1][1]) == (0, length)
        assert all(after[0] <= before[1] for before, after in pairwise(spans))
    assert len(boxes) == len(set(boxes)) == len(columns) * len(rows)


@given(tilings(), lengths, lengths)
def test_neighbours_share_at_least_the_overlap(tiles: Tiles, width: int, height: int) -> None:
    boxes = tiles.over(width, height)

    tile_height, tile_width = tiles.size
    columns = sorted({(box.left, box.right) for box in boxes})
    rows = sorted({(box.top, box.bottom) for box in boxes})
    for spans, tile in ((columns, tile_width), (rows, tile_height)):
        for before, after in pairwise(spans):
            assert before[1] - after[0] >= min(tiles.overlap * tile, tile - 1)


@given(tilings(), lengths, lengths)
def test_tiles_are_of_the_size_asked_for_or_as_small_as_the_frame(
    tiles: Tiles, width: int, height: int
) -> None:
    tile_height, tile_width = tiles.size

    for box in tiles.over(width, height):
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= height
        assert box.right - box.left == min(tile_width, width)
        assert box.bottom - box.top == min(tile_height, height)


def test_tiles_are_as_few_as_can_be() -> None:
    boxes = Tiles(tile=640, overlap=0.2).over(8000, 6000)

    assert len(boxes) == 16 * 12


def test_one_number_is_both_sides() -> None:
    assert Tiles(tile=640).size == (640, 640)
    assert Tiles(tile=[480, 640]).size == (480, 640)


def test_auto_makes_tiles_in_which_the_object_is_large_enough() -> None:
    tiles = Tiles(tile="auto", object_m=1.8, ground_m_per_px=0.075)

    assert tiles.size == (576, 576)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"tile": 0}, "expected a side of 32 to 8192 pixels"),
        ({"tile": [640]}, "expected a side"),
        ({"tile": "large"}, "or auto, not 'large'"),
        ({"tile": True}, "expected a side"),
        ({"tile": "auto"}, "needs object_m and ground_m_per_px"),
        ({"tile": 640, "object_m": 2}, "only for tile: auto"),
        ({"tile": 640, "overlap": 1}, "less than or equal to 0.9"),
        ({"tile": "auto", "object_m": 0, "ground_m_per_px": 1}, "greater than 0"),
    ],
)
def test_tiles_that_cannot_be_cut_are_refused(keys: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Tiles.model_validate(keys)
