"""One dial moves all thresholds, and the thresholds decide as the dial does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ensembles.dial import Scale, dial_scores
from ensembles.rules import Rule, Settled, at_least
from ensembles.votes import Ballots, answers_of

unit = st.floats(0, 1, width=32)


def floats(rows: int, columns: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float32, (rows, columns), elements=unit)


@pytest.mark.parametrize(
    ("needed", "expected"), [(1, [0.9, 0.5]), (2, [0.4, 0.5]), (3, [0.1, 0.2])]
)
def test_or_takes_the_largest_and_the_smallest_and_k_of_n_the_kth(
    needed: int, expected: list[float]
) -> None:
    u = np.array([[0.1, 0.9, 0.4], [0.5, 0.2, 0.5]])

    assert dial_scores(u, at_least(needed, 3)).tolist() == expected


def test_a_heavy_voter_decides_alone() -> None:
    u = np.array([[0.9, 0.3, 0.2], [0.1, 0.6, 0.5]])

    assert dial_scores(u, Rule("weighted", (2, 1, 1), 2)).tolist() == [0.9, 0.5]


def test_u_is_the_share_of_negatives_that_score_lower() -> None:
    scale = Scale.from_negatives(np.array([0.4, 0.1, 0.2, 0.2], dtype=np.float32))

    u = scale.u(np.array([0.05, 0.2, 0.3, 0.5, 1.0, np.nan], dtype=np.float32))

    assert u.tolist() == [0, 0.25, 0.75, 1, 1, 1]


def test_a_scale_without_negatives_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one negative"):
        Scale.from_negatives(np.array([np.nan], dtype=np.float32))


def test_many_negatives_are_thinned_to_the_same_shape() -> None:
    scores = np.random.default_rng(0).random(50_000).astype(np.float32)

    thinned = Scale.from_negatives(scores, knots=1000)

    assert len(thinned.knots) == 1000
    assert np.abs(thinned.u(scores) - scores).max() < 0.01


@given(st.data(), st.integers(1, 4))
def test_thresholds_decide_every_frame_as_the_dial_does(data: st.DataObject, voters: int) -> None:
    negatives = data.draw(floats(data.draw(st.integers(1, 30)), voters))
    frames = data.draw(floats(20, voters))
    frames[data.draw(arrays(np.bool_, frames.shape))] = np.nan
    rule = at_least(data.draw(st.integers(1, voters)), voters)
    scales = [Scale.from_negatives(column) for column in negatives.T]
    u = np.stack([scale.u(column) for scale, column in zip(scales, frames.T, strict=True)], axis=1)
    dial = dial_scores(u, rule)

    for t in np.unique(dial):
        answers = [
            answers_of(column, scale.threshold(t))
            for scale, column in zip(scales, frames.T, strict=True)
        ]
        settled = rule.settle(Ballots(np.stack(answers, axis=1)))
        assert ((settled != Settled.NO) == (dial >= t)).all()


@given(st.data())
def test_a_higher_dial_keeps_a_subset(data: st.DataObject) -> None:
    negatives = data.draw(floats(20, 1))[:, 0]
    scale = Scale.from_negatives(negatives)
    low, high = sorted(data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))

    assert scale.threshold(low) <= scale.threshold(high)
