from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ensembles.voter import Floats
from models.vectors import unit_rows
from models.zero_shot import prompt_rows, zero_shot_scores

LOGIT_SCALE = 100.0
"""Of OpenAI's ViT-B/32, which made the stored vectors."""


def rows(count: int, *, seed: int = 0) -> Floats:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32))


def test_one_prompt_against_one_is_a_sigmoid_of_the_difference() -> None:
    image, yes, no = rows(1), rows(1, seed=1), rows(1, seed=2)

    (score,) = zero_shot_scores(image, yes, no, logit_scale=5.0)

    assert score == pytest.approx(1 / (1 + np.exp(-5.0 * (image @ (yes - no).T).item())), abs=1e-6)


def test_the_mass_of_several_positive_prompts_is_added_up() -> None:
    images, prompts = rows(4), rows(5, seed=1)

    three = zero_shot_scores(images, prompts[:3], prompts[3:], logit_scale=3.0)
    apart = [
        zero_shot_scores(images, prompts[[k]], np.delete(prompts, k, axis=0), logit_scale=3.0)
        for k in range(3)
    ]

    np.testing.assert_allclose(three, np.sum(apart, axis=0), atol=1e-6)


@given(st.integers(1, 5), st.integers(1, 5), st.floats(0.1, 200), st.integers(0, 50))
def test_scores_are_shares_and_the_other_side_holds_the_rest(
    positive: int, negative: int, scale: float, seed: int
) -> None:
    images = rows(3, seed=seed)
    yes, no = rows(positive, seed=seed + 1), rows(negative, seed=seed + 2)

    scores = zero_shot_scores(images, yes, no, logit_scale=scale)

    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    np.testing.assert_allclose(
        scores + zero_shot_scores(images, no, yes, logit_scale=scale), 1, atol=1e-5
    )


def test_no_images_give_no_scores() -> None:
    assert zero_shot_scores(rows(0), rows(2), rows(3), logit_scale=1.0).shape == (0,)


def test_a_prompt_is_the_mean_direction_of_its_templates() -> None:
    said = {"a dog": (3.0, 0.0), "the dog": (0.0, 7.0)}

    (row,) = prompt_rows(
        lambda texts: np.array([said[text] for text in texts], dtype=np.float32),
        ["dog"],
        ["a {}", "the {}"],
    )

    np.testing.assert_allclose(row, np.sqrt([0.5, 0.5]), atol=1e-6)


def stored(folder: Path, kind: str) -> dict[str, Floats]:
    with np.load(folder / "clip_embeddings" / kind) as file:
        return {name: file[name] for name in file.files}


def shares(shared_data: Path, picture: str) -> dict[str, float]:
    """Each OpenImages name's share of the softmax over all of them, for one stored picture."""
    names = (shared_data / "clip_embeddings" / "oid_names.txt").read_text().splitlines()
    texts = np.load(shared_data / "clip_embeddings" / "oid_clip_a+cname.npy")
    texts = unit_rows(texts.astype(np.float32))
    image = unit_rows(stored(shared_data, "image_embeddings_vitb32_openai.npz")[picture][None])
    each = (
        zero_shot_scores(image, texts[[k]], np.delete(texts, k, axis=0), logit_scale=LOGIT_SCALE)
        for k in range(len(names))
    )
    return {name: score.item() for name, score in zip(names, each, strict=True)}


def test_the_stored_palm_tree_is_a_palm_tree(shared_data: Path) -> None:
    found = shares(shared_data, "321_421")

    assert max(found, key=found.__getitem__) == "Palm tree"
    assert found["Palm tree"] == pytest.approx(0.92, abs=0.01)


@pytest.mark.parametrize("picture", ["123_456", "456_123"])
def test_the_stored_cats_are_cats(shared_data: Path, picture: str) -> None:
    found = shares(shared_data, picture)

    assert max(found, key=found.__getitem__) == "Cat"
