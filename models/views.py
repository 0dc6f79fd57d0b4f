"""The views of a decoded frame: no copies of its pixels, no files."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ensembles.tiles import Tiles
from ensembles.views import Cut, View, whole
from ensembles.votes import Box
from models.frames import Frame
from models.shelf import Geometries, Shelf


def cutter(
    tiles: Tiles | None, *, shared: Geometries = frozenset(), at_once: int = 1
) -> Cut[Frame]:
    """Return what cuts frames into their views.

    Args:
        tiles: How; None leaves frames whole.
        shared: Geometries that several voters have; a view is fitted to each of them once.
        at_once: Views that are put to the voters together.
    """
    plain = partial(cut, tiles=tiles) if tiles else whole
    return partial(_cut_to_share, plain, shared, at_once) if shared else plain


def _cut_to_share(
    plain: Cut[Frame], shared: Geometries, at_once: int, frame: Frame
) -> Sequence[View[Frame]]:
    """Return the views of a frame with a shelf for what several voters want of them."""
    shelf = Shelf(shared, most=at_once * len(shared))
    return [
        View(view.box, replace(view.shown, fit=partial(shelf.fitted, number)))
        for number, view in enumerate(plain(frame))
    ]


def cut(frame: Frame, *, tiles: Tiles) -> Sequence[View[Frame]]:
    """Return the tiles of a frame, row by row.

    A tile is a frame of fewer pixels, a NumPy view of those of the frame; all else it says, such
    as its id or its width, is of the frame.
    """
    boxes = tiles.over(frame.width_px, frame.height_px)
    return [View(box, tile(frame, box)) for box in boxes]


def tile(frame: Frame, box: Box) -> Frame:
    """Return a part of a frame.

    Args:
        frame: Perhaps decoded smaller than the original.
        box: In pixels of the original, upright. Where these do not fall on decoded pixels, every
            pixel that the box touches belongs to the tile.
    """
    height, width = frame.pixels.shape[:2]
    rows = _decoded(box.top, box.bottom, decoded=height, original=frame.height_px)
    columns = _decoded(box.left, box.right, decoded=width, original=frame.width_px)
    return replace(frame, pixels=frame.pixels[rows, columns])


def _decoded(start: int, end: int, *, decoded: int, original: int) -> slice:
    """Return the decoded pixels under original ones, in whole numbers so that none is lost."""
    return slice(start * decoded // original, -(-end * decoded // original))
