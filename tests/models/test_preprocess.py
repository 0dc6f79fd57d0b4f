from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from models.frames import Frame
from models.pixels import Pixels
from models.preprocess import RESIZES, Recipe, fitted, prepare
from tests.models.pictures import far, noise, quarters

CLIP = Recipe(
    size=(224, 224),
    resize="shortest",
    interpolation="bicubic",
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
)


@dataclass
class View:
    pixels: Pixels


def plain(size: int | tuple[int, int] = 4, **others: object) -> Recipe:
    return Recipe.model_validate({"size": size, **others})


def test_clips_own_preprocessing_is_met_to_the_last_bit(shared_data: Path) -> None:
    stored = np.load(shared_data / "clip_embeddings" / "preprocessed_tensors.npz")
    folder = shared_data / "clip_embeddings" / "images"

    frames = [Frame.decode((folder / f"{name}.jpg").read_bytes()) for name in stored.files]

    for name, tensor in zip(stored.files, prepare(frames, CLIP), strict=True):
        assert np.abs(tensor - stored[name]).max() <= 1e-5, name


def test_one_side_stands_for_both_and_one_number_for_all_channels() -> None:
    recipe = plain(240, mean=0.5, std=0.25)

    assert recipe.size == (240, 240)
    assert (recipe.mean, recipe.std) == ((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    assert recipe.view_px == 240


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"size": 0}, "greater than or equal to 1"),
        ({"size": [4]}, "Field required"),
        ({"std": 0}, "must be above 0"),
        ({"scale": 0}, "greater than 0"),
        ({"crop": 5}, r"crop \(5, 5\) is larger than size \(4, 4\)"),
        ({"channels": "GRB"}, "'RGB' or 'BGR'"),
        ({"sizes": 4}, "Extra inputs"),
    ],
)
def test_a_wrong_recipe_is_refused(wrong: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Recipe.model_validate({"size": 4, **wrong})


def test_levels_are_scaled_then_shifted_then_divided() -> None:
    recipe = plain(1, scale=127.5, mean=1.0, std=[1, 2, 4])

    (row,) = prepare([View(np.full((1, 1, 3), 255, dtype=np.uint8))], recipe)

    assert row.ravel().tolist() == [1.0, 0.5, 0.25]


def test_channels_and_axes_come_in_the_declared_order() -> None:
    view = View(np.array([[[10, 20, 30]]], dtype=np.uint8))

    def row(**order: str) -> list[float]:
        return prepare([view], plain(1, scale=1, **order)).ravel().tolist()

    assert row(channels="RGB", layout="NCHW") == [10, 20, 30]
    assert row(channels="BGR", layout="NHWC") == [30, 20, 10]


def test_both_layouts_hold_the_same_numbers() -> None:
    view = View(noise())

    rows = prepare([view], plain(8, layout="NCHW")), prepare([view], plain(8, layout="NHWC"))

    assert rows[0].shape == (1, 3, 8, 8)
    assert (rows[0].transpose(0, 2, 3, 1) == rows[1]).all()


def test_a_batch_keeps_its_order_and_may_be_empty() -> None:
    views = [View(noise(seed=seed)) for seed in range(5)]

    together = prepare(views, plain(8))

    alone = np.concatenate([prepare([view], plain(8)) for view in views])
    assert (together == alone).all()
    assert prepare([], plain(8)).shape == (0, 3, 8, 8)
    assert together.dtype == np.float32


def test_squash_keeps_everything() -> None:
    assert far(fitted(quarters(48, 200), plain(16)), quarters(16, 16)) < 12


def test_shortest_cuts_the_centre() -> None:
    wide = np.zeros((10, 30, 3), dtype=np.uint8)
    wide[:, 10:20] = 255

    assert (fitted(wide, plain(10, resize="shortest")) == 255).all()
    assert (fitted(wide.swapaxes(0, 1), plain(10, resize="shortest")) == 255).all()


def test_longest_pads_around_the_whole_picture() -> None:
    white = np.full((10, 20, 3), 255, dtype=np.uint8)

    pixels = fitted(white, plain(20, resize="longest", fill=7))

    assert (pixels[5:15] == 255).all()
    assert (pixels[:5] == 7).all()
    assert (pixels[15:] == 7).all()


def test_a_crop_leaves_out_the_rim() -> None:
    framed = np.zeros((8, 8, 3), dtype=np.uint8)
    framed[2:6, 2:6] = 255

    assert (fitted(framed, plain(8, crop=4)) == 255).all()


def test_pixels_of_the_right_size_are_not_touched() -> None:
    for resize in RESIZES:
        assert (fitted(noise(32, 32), plain(32, resize=resize)) == noise(32, 32)).all()


@pytest.mark.parametrize(("name", "sides"), [*product(["bilinear", "bicubic"], [(9, 40), (31, 7)])])
def test_resizing_is_pillows_own(name: str, sides: tuple[int, int]) -> None:
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}

    expected = Image.fromarray(noise()).resize(sides[::-1], filters[name])

    recipe = plain(sides, interpolation=name)
    assert (fitted(noise(), recipe) == np.asarray(expected)).all()


@given(
    picture=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    resize=st.sampled_from(sorted(RESIZES)),
)
def test_every_picture_fits_every_recipe(
    picture: tuple[int, int], size: tuple[int, int], resize: str
) -> None:
    recipe = plain(size, resize=resize)

    assert fitted(noise(*picture), recipe).shape == (*size, 3)


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("sides", [(1, 32_768), (32_768, 1)])
def test_a_thread_of_pixels_does_not_fill_the_memory(
    resize: str, sides: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, resized = [], Image.Image.resize

    def watched(picture: Image.Image, size: tuple[int, int], how: int) -> Image.Image:
        sizes.append(size[0] * size[1])
        return resized(picture, size, how)

    monkeypatch.setattr(Image.Image, "resize", watched)
    thread = np.zeros((*sides, 3), dtype=np.uint8)

    assert fitted(thread, plain(224, resize=resize)).shape == (224, 224, 3)
    assert max(sizes) <= 16 * 224 * 224


@pytest.mark.parametrize("sides", [(100, 157), (157, 100)])
def test_shortest_rounds_as_torchvision_does(sides: tuple[int, int]) -> None:
    longer = 351  # 224 * 157 / 100 is 351.68: cut, not rounded
    size, left_top = ((longer, 224), (64, 0)) if sides[0] == 100 else ((224, longer), (0, 64))
    scaled = Image.fromarray(noise(*sides)).resize(size, Image.Resampling.BICUBIC)
    expected = scaled.crop((*left_top, left_top[0] + 224, left_top[1] + 224))

    pixels = fitted(noise(*sides), CLIP)

    assert (pixels == np.asarray(expected)).all()


@given(
    scale=st.floats(0.5, 70_000),
    mean=st.tuples(*[st.sampled_from([0.0, 0.45, -3.0])] * 3),
    std=st.tuples(*[st.sampled_from([1.0, 0.22, 57.0])] * 3),
)
def test_every_level_becomes_what_torchvision_makes_of_it(
    scale: float, mean: tuple[float, float, float], std: tuple[float, float, float]
) -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    shares = levels.astype(np.float32) / np.float32(scale)
    expected = (shares - np.array(mean, np.float32)) / np.array(std, np.float32)

    (row,) = prepare([View(levels)], plain(16, scale=scale, mean=mean, std=std, layout="NHWC"))

    np.testing.assert_array_equal(row, expected)
