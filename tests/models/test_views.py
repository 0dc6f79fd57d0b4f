"""Tiles are cut from the decoded frame, and their boxes are those of the original."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ensembles.tiles import Tiles
from ensembles.votes import Box
from models.ensemble import load_ensemble
from models.frames import Frame
from models.pixels import Pixels
from models.settings import ModelSettings
from models.views import cut, cutter, tile


def frame_of(width: int, height: int, *, shrunk: int = 1) -> Frame:
    """Return a frame that was decoded `shrunk` times smaller, as JPEG does: rounded up."""
    pixels: Pixels = np.arange(-(-width // shrunk) * -(-height // shrunk) * 3, dtype=np.uint64)
    pixels = (pixels % 251).astype(np.uint8).reshape(-(-height // shrunk), -(-width // shrunk), 3)
    return Frame(pixels, "id", "source", width, height)


def test_a_tile_is_a_look_into_the_frame_and_no_copy() -> None:
    frame = frame_of(100, 80)

    views = cut(frame, tiles=Tiles(tile=40, overlap=0))

    assert all(np.shares_memory(view.shown.pixels, frame.pixels) for view in views)
    assert {view.shown.id for view in views} == {"id"}


def test_a_tile_has_the_pixels_of_its_box() -> None:
    frame = frame_of(100, 80)

    for view in cut(frame, tiles=Tiles(tile=[40, 50])):
        box = view.box
        assert box is not None
        expected = frame.pixels[box.top : box.bottom, box.left : box.right]
        np.testing.assert_array_equal(view.shown.pixels, expected)


def test_a_frame_smaller_than_a_tile_is_its_only_view() -> None:
    frame = frame_of(30, 20)

    (view,) = cut(frame, tiles=Tiles(tile=640))

    np.testing.assert_array_equal(view.shown.pixels, frame.pixels)


def test_without_tiles_the_frame_is_its_only_view_and_has_no_box() -> None:
    frame = frame_of(30, 20)

    (view,) = cutter(None)(frame)

    assert (view.box, view.shown) == (None, frame)


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([1, 2, 4, 8]))
def test_every_decoded_pixel_is_in_a_tile_whatever_it_was_scaled_to(
    width: int, height: int, shrunk: int
) -> None:
    frame = frame_of(width, height, shrunk=shrunk)
    covered = np.zeros(frame.pixels.shape[:2], dtype=bool)

    for view in cut(frame, tiles=Tiles(tile=64)):
        offset = view.shown.pixels.__array_interface__["data"][0]
        start = (offset - frame.pixels.__array_interface__["data"][0]) // 3
        top, left = divmod(start, frame.pixels.shape[1])
        rows, columns = view.shown.pixels.shape[:2]
        covered[top : top + rows, left : left + columns] = True

    assert covered.all()


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_box_is_in_upright_pixels_of_the_original(orientation: int) -> None:
    picture = Image.new("RGB", (1600, 1200))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = BytesIO()
    picture.save(buffer, "JPEG", exif=exif)

    frame = Frame.decode(buffer.getvalue(), enough_px=32, enough_scale=0.3)
    views = cut(frame, tiles=Tiles(tile=400, overlap=0))

    boxes = [view.box for view in views if view.box]
    upright = (1600, 1200) if orientation == 1 else (1200, 1600)
    assert (max(box.right for box in boxes), max(box.bottom for box in boxes)) == upright
    assert min(frame.pixels.shape[:2]) == 600
    assert {view.shown.pixels.shape for view in views} == {(200, 200, 3)}


def test_a_tile_has_every_decoded_pixel_that_its_box_touches() -> None:
    frame = frame_of(100, 100, shrunk=8)

    touched = tile(frame, Box(20, 0, 40, 100)).pixels

    assert touched.shape == (13, 4, 3)
    np.testing.assert_array_equal(touched, frame.pixels[:, 2:6])


@pytest.mark.parametrize(("scale", "halved"), [(0.0, 8), (0.2, 4), (0.5, 2), (0.51, 1), (1.0, 1)])
def test_a_jpeg_is_never_decoded_below_the_scale_that_tiles_need(scale: float, halved: int) -> None:
    buffer = BytesIO()
    Image.new("RGB", (1600, 1200)).save(buffer, "JPEG")

    frame = Frame.decode(buffer.getvalue(), enough_px=32, enough_scale=scale)

    assert frame.pixels.shape[:2] == (1200 // halved, 1600 // halved)


def test_an_ensemble_knows_the_scale_at_which_its_tiles_are_large_enough(tmp_path: Path) -> None:
    file = tmp_path / "tiled.yaml"
    file.write_text(ENSEMBLE)

    ensemble = load_ensemble(file, ModelSettings(max_batch=5))

    assert (ensemble.enough_px, ensemble.enough_scale) == (32, 32 / 64)
    assert ensemble.gate.views_at_once == 5


ENSEMBLE = """
name: tiled
target: light
views: {tile: 64, overlap: 0.25}
voters:
  - name: bright
    kind: tests.service.fake_kind:FakeOptions
    threshold: 0.5
"""


def test_a_small_light_in_a_dark_frame_is_seen_in_a_tile(tmp_path: Path) -> None:
    file = tmp_path / "tiled.yaml"
    file.write_text(ENSEMBLE)
    pixels = np.zeros((256, 256, 3), dtype=np.uint8)
    pixels[192:, 192:] = 255
    ensemble = load_ensemble(file, ModelSettings())

    verdict = ensemble.gate.judge([Frame.of_pixels(pixels)])[0]

    assert verdict.decision == "review"
    assert verdict.view is not None
    assert (verdict.view.right, verdict.view.bottom) == (256, 256)
