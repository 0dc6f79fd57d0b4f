"""A view that several voters want in one size is resized once."""

from collections import Counter
from collections.abc import Iterable
from threading import Lock

from models.pixels import Pixels
from models.preprocess import Geometry, Recipe, fitted

Geometries = frozenset[Geometry]


def shared_geometries(recipes: Iterable[Recipe]) -> Geometries:
    """Return the geometries that more than one recipe has."""
    counts = Counter(recipe.geometry for recipe in recipes)
    return frozenset(geometry for geometry, count in counts.items() if count > 1)


class Shelf:
    """Keeps the views of one frame as they were fitted last, for the voters asked next.

    It may be used from several threads. It goes with the views of the frame that refer to it, and
    holds a few of them only: a frame of 256 tiles must not keep them all.

    Args:
        shared: Geometries worth keeping. Others are fitted anew each time.
        most: Fitted views that are kept, of all geometries together.
    """

    def __init__(self, shared: Geometries, *, most: int) -> None:
        self._shared = shared
        self._most = most
        self._kept: dict[tuple[int, Geometry], Pixels] = {}
        self._lock = Lock()

    def fitted(self, number: int, pixels: Pixels, recipe: Recipe) -> Pixels:
        """Return the pixels of a view as `models.preprocess.fitted` does, read-only.

        Args:
            number: Of the view in its frame; always with the same pixels.
            pixels: uint8, shape (h, w, 3).
            recipe: Says the geometry.
        """
        place = (number, recipe.geometry)
        if place[1] not in self._shared:
            return fitted(pixels, recipe)
        found = self._kept.get(place)
        if found is None:
            found = fitted(pixels, recipe)
            self._keep(place, found)
        return found

    def _keep(self, place: tuple[int, Geometry], fit: Pixels) -> None:
        with self._lock:
            self._kept[place] = fit
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]  # the one that has been here longest
