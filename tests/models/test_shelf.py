"""What several voters want of a view is made once, and little of it is kept."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ensembles.tiles import Tiles
from ensembles.votes import Verdict
from models import shelf as shelf_module
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.pixels import Pixels
from models.preprocess import Recipe, fitted
from models.settings import ModelSettings
from models.shelf import Shelf, shared_geometries
from models.views import cutter
from tests.models.networks import classifier
from tests.models.pictures import noise

SMALL = Recipe(size=(8, 8))
BRIGHTER = Recipe(size=(8, 8), mean=(0.5,) * 3, channels="BGR", layout="NHWC", fill=7)


class Counted:
    """Fits, and remembers how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, pixels: Pixels, recipe: Recipe) -> Pixels:
        self.calls += 1
        return fitted(pixels, recipe)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counter = Counted()
    monkeypatch.setattr(shelf_module, "fitted", counter)
    return counter


def test_recipes_share_a_geometry_whatever_they_make_of_the_levels() -> None:
    assert shared_geometries([SMALL, BRIGHTER]) == {SMALL.geometry}


@pytest.mark.parametrize(
    "other",
    [
        {"size": 9},
        {"size": 8, "crop": 7},
        {"size": 8, "resize": "shortest"},
        {"size": 8, "interpolation": "box"},
    ],
)
def test_recipes_that_want_other_pixels_share_nothing(other: dict[str, object]) -> None:
    assert shared_geometries([SMALL, Recipe.model_validate(other)]) == frozenset()


def test_the_fill_counts_only_where_something_is_filled() -> None:
    def padded(fill: int) -> Recipe:
        return Recipe(size=(8, 8), resize="longest", fill=fill)

    assert shared_geometries([padded(0), padded(1)]) == frozenset()
    assert shared_geometries([padded(1), padded(1)]) == {padded(1).geometry}


def test_a_view_is_fitted_once_for_all_who_want_it_alike(counted: Counted) -> None:
    (view,) = cutter(None, shared=frozenset({SMALL.geometry}))(Frame.of_pixels(noise()))
    frame = view.shown

    fits = [frame.fit(frame.pixels, recipe) for recipe in (SMALL, BRIGHTER, SMALL)]

    assert counted.calls == 1
    assert all(fit is fits[0] for fit in fits)
    assert not fits[0].flags.writeable


def test_what_only_one_voter_wants_is_not_kept(counted: Counted) -> None:
    shelf = Shelf(frozenset({SMALL.geometry}), most=4)

    for _ in range(2):
        shelf.fitted(0, noise(), Recipe(size=(9, 9)))

    assert counted.calls == 2


def test_every_tile_gets_its_own_pixels_and_few_are_kept(counted: Counted) -> None:
    cut = cutter(Tiles(tile=32, overlap=0), shared=frozenset({SMALL.geometry}), at_once=2)
    views = [view.shown for view in cut(Frame.of_pixels(noise(96, 96)))]

    for frame in views + views[-2:]:
        np.testing.assert_array_equal(frame.fit(frame.pixels, SMALL), fitted(frame.pixels, SMALL))
    assert counted.calls == len(views) == 9

    views[0].fit(views[0].pixels, SMALL)
    assert counted.calls == len(views) + 1


def test_threads_that_ask_at_once_all_get_the_right_pixels() -> None:
    cut = cutter(Tiles(tile=32, overlap=0), shared=frozenset({SMALL.geometry}), at_once=2)
    views = [view.shown for view in cut(Frame.of_pixels(noise(96, 96)))] * 40
    expected = [fitted(frame.pixels, SMALL) for frame in views[:9]]

    with ThreadPoolExecutor(8) as threads:
        fits = list(threads.map(lambda frame: frame.fit(frame.pixels, SMALL), views))

    for index, fit in enumerate(fits):
        np.testing.assert_array_equal(fit, expected[index % 9])


VOTER = """
  - name: {name}
    kind: onnx
    threshold: 0.5
    {views}
    options:
      weights: {weights}
      labels: [field, road, car]
      positive: [car]
      output_name: scores
      input: {{size: 8, mean: {mean}}}"""


def ensemble(folder: Path, tiled: str, views: Sequence[str]) -> Ensemble:
    weights = classifier(folder / "one.onnx")
    voters = [
        VOTER.format(name=f"v{index}", views=own, weights=weights, mean=index / 4)
        for index, own in enumerate(views)
    ]
    file = folder / "all.yaml"
    file.write_text(f"name: all\ntarget: light\nvote: and\n{tiled}\nvoters:{''.join(voters)}\n")
    return load_ensemble(file, ModelSettings(threads=1))


def scores(verdicts: Sequence[Verdict]) -> list[list[float | None]]:
    return [[vote.score for vote in verdict.votes] for verdict in verdicts]


@pytest.mark.parametrize("tiled", ["", "views: {tile: 32, overlap: 0.25}"])
def test_a_gate_whose_voters_share_decides_as_one_whose_voters_do_not(
    tiled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [Frame.of_pixels(noise(50, 70, seed=seed)) for seed in range(4)]
    sharing = ensemble(tmp_path, tiled, ["", "", ""])
    found = sharing.gate.judge(frames, ask_all=True)
    monkeypatch.setattr("models.ensemble.shared_geometries", lambda _: frozenset())
    alone = ensemble(tmp_path, tiled, ["", "", ""])

    expected = alone.gate.judge(frames, ask_all=True)

    assert sharing.gate.cut(frames[0])[0].shown.fit is not fitted
    assert alone.gate.cut(frames[0])[0].shown.fit is fitted
    assert scores(found) == scores(expected)
    assert [one.decision for one in found] == [one.decision for one in expected]


def test_a_voter_of_whole_frames_shares_nothing_with_one_of_tiles(tmp_path: Path) -> None:
    mixed = ensemble(tmp_path, "views: {tile: 32}", ["", "views: whole"])

    assert mixed.gate.cut(Frame.of_pixels(noise(50, 70)))[0].shown.fit is fitted
