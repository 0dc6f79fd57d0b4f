import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.label_errors.confident_learning import confident_joint, pruned_by_noise_rate
from curation.label_errors.neighbours import nearest_rows, shares_of_classes
from curation.label_errors.suspects import suspects
from curation.probe import out_of_fold
from ensembles.errors import ConfigError


def a_world(
    seed: int, frames: int = 300, classes: int = 3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Embeddings, classes and flights; classes lie apart, and each is in many flights."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, frames)
    rows = np.eye(12)[labels] + 0.25 * rng.normal(size=(frames, 12))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), labels, rng.integers(0, 30, frames)


def flipped(labels: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    wrong = np.zeros(len(labels), dtype=bool)
    wrong[rng.choice(len(labels), round(share * len(labels)), replace=False)] = True
    return np.where(wrong, (labels + 1) % (labels.max() + 1), labels), wrong


@pytest.mark.parametrize("share", [0.034, 0.1])
def test_flipped_labels_come_first(share: float) -> None:
    rows, labels, flights = a_world(1)
    given_labels, wrong = flipped(labels, share, 2)

    found = suspects(rows, given_labels, flights)

    top = found.ranking[: wrong.sum()]
    assert wrong[top].mean() > 0.9
    assert (found.suggested[top] == labels[top]).mean() > 0.9


def test_what_the_voters_say_helps() -> None:
    rows, labels, flights = a_world(3, classes=2)
    blind = np.full_like(rows, 1 / np.sqrt(12))
    given_labels, wrong = flipped(labels, 0.1, 4)
    scores = np.where(labels == 1, 0.9, 0.1)[:, None] + np.zeros((len(labels), 2), np.float32)
    scores[::7, 0] = np.nan

    alone = suspects(blind, given_labels, flights)
    heard = suspects(blind, given_labels, flights, scores=scores.astype(np.float32))

    first = slice(wrong.sum())
    assert wrong[alone.ranking[first]].mean() < 0.3
    assert wrong[heard.ranking[first]].mean() > 0.6
    assert wrong[np.argsort(heard.confidence)[first]].all()


def test_a_frame_is_judged_by_what_was_learnt_from_other_flights() -> None:
    rng = np.random.default_rng(0)
    flights = np.repeat(np.arange(20), 10)
    labels = (flights % 2).astype(np.int64)
    rows = (np.eye(20)[flights] + 0.01 * rng.normal(size=(200, 20))).astype(np.float32)

    apart = out_of_fold(rows, labels, flights)
    mixed = out_of_fold(rows, labels, np.arange(200))

    assert (mixed.argmax(axis=1) == labels).mean() > 0.95
    assert (apart.argmax(axis=1) == labels).mean() < 0.75


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 0, 0, 1]])
def test_a_class_of_one_flight_cannot_be_judged(labels: list[int]) -> None:
    rows, _, _ = a_world(5, frames=4)

    with pytest.raises(ConfigError, match="two"):
        suspects(rows, np.array(labels), np.arange(4))


def test_the_confident_joint_is_that_of_the_paper() -> None:
    """Counted by hand: the thresholds are 0.6 and 0.8, and two frames reach neither."""
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7]])
    labels = np.array([0, 0, 1, 1, 1])

    joint = confident_joint(probabilities, labels)

    np.testing.assert_allclose(joint, np.array([[2.0, 0.0], [0.0, 3.0]]))


def test_as_many_labels_are_pruned_as_the_joint_says() -> None:
    probabilities = np.array([[0.9, 0.1]] * 6 + [[0.1, 0.9]] * 2 + [[0.1, 0.9]] * 8)
    labels = np.array([0] * 8 + [1] * 8)

    pruned = pruned_by_noise_rate(probabilities, labels)

    assert np.flatnonzero(pruned).tolist() == [6, 7]


@given(seed=st.integers(0, 1000), classes=st.integers(2, 4), frames=st.integers(5, 60))
@settings(max_examples=50, deadline=None)
def test_the_joint_sums_to_the_counts_of_the_labels(seed: int, classes: int, frames: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, frames)

    joint = confident_joint(rng.dirichlet(np.ones(classes), frames), labels)

    np.testing.assert_allclose(joint.sum(axis=1), np.bincount(labels, minlength=classes) * 1.0)


def test_neighbours_are_the_most_similar_other_frames() -> None:
    rows, _, _ = a_world(6, frames=40)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1)

    found, how = nearest_rows(rows, 3)

    for row in range(40):
        assert set(found[row]) == set(np.argsort(-cosines[row])[:3])
    np.testing.assert_allclose(how, np.take_along_axis(cosines, found, axis=1), atol=1e-6)


def test_shares_of_neighbours_sum_to_one_and_near_ones_count_more() -> None:
    rows = np.array([[1, 2]])

    shares = shares_of_classes(rows, np.array([[0.99, 0.8]], np.float32), np.array([0, 0, 1]), 2)

    assert shares.sum() == pytest.approx(1)
    assert shares[0, 0] > 0.95
