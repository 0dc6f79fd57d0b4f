from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.fit import fit
from monitoring.pane_state import ONE, Layout, rows_of, seen_together
from monitoring.profile import Profile
from monitoring.statistics import statistics_of
from tests.monitoring.worlds import frames_of

FRAMES = frames_of(1000, each=10, seed=5)


@given(seed=st.integers(0, 2**32 - 1), states=st.integers(1, 8))
@settings(max_examples=10, deadline=None)
def test_any_split_of_ten_thousand_frames_in_any_order_gives_the_same_bits(
    profile: Profile, seed: int, states: int
) -> None:
    rng = np.random.default_rng(seed)
    whole = rows_of(FRAMES, profile.reference).sum(axis=0)
    owner, order = rng.integers(states, size=len(FRAMES)), rng.permutation(len(FRAMES))
    parts = [
        rows_of(FRAMES.take(order[owner == state]), profile.reference).sum(axis=0)
        for state in range(states)
    ]
    merged = np.sum([parts[index] for index in rng.permutation(states)], axis=0)

    assert np.array_equal(merged, whole)
    assert np.array_equal(
        statistics_of(merged[None], profile.baseline, profile.reference),
        statistics_of(whole[None], profile.baseline, profile.reference),
    )


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_neither_the_order_of_flights_nor_that_of_their_frames_changes_a_bit(
    profile: Profile, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 6, size=10)
    rows = rows_of(FRAMES.take(np.arange(lengths.sum())), profile.reference)
    flights = np.split(rows, np.cumsum(lengths)[:-1])
    order = rng.permutation(len(flights))
    shuffled = [rng.permutation(flights[index]) for index in order]

    state = seen_together(np.concatenate(shuffled), lengths[order].tolist())

    assert np.array_equal(state, seen_together(rows, lengths.tolist()))


def test_frames_seen_together_tell_how_far_they_are_from_their_own_flight(
    profile: Profile,
) -> None:
    frames = FRAMES.take(np.arange(50))
    usual = profile.reference.attributes
    deviations = np.clip((frames.attributes - usual.centre) / usual.spread, -4, 4)
    flights = deviations.reshape(5, 10, -1)
    part = Layout.of(profile.reference).parts

    state = seen_together(rows_of(frames, profile.reference), [10] * 5)

    within = ((flights - flights.mean(axis=1, keepdims=True)) ** 2).sum(axis=(0, 1))
    assert state[part["companions"]] == [45]
    assert state[part["attribute_spreads"]] / ONE == pytest.approx(within, rel=0.01)


def test_a_frame_alone_has_no_companions(profile: Profile) -> None:
    row = rows_of(FRAMES.take(np.arange(1)), profile.reference)

    assert np.array_equal(seen_together(row, [1]), row[0])


@pytest.mark.parametrize("together", [1, 3, 31, 32, 33])
def test_a_frame_alone_gives_the_row_that_it_gives_among_others(
    profile: Profile, together: int
) -> None:
    every = rows_of(FRAMES.take(np.arange(66)), profile.reference)
    chunks = [
        rows_of(FRAMES.take(np.arange(start, min(start + together, 66))), profile.reference)
        for start in range(0, 66, together)
    ]

    assert np.array_equal(np.concatenate(chunks), every)


@pytest.mark.parametrize("dimension", [200, 512, 1000])
def test_a_row_of_a_long_embedding_says_the_same_as_one_product_would(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    frames = replace(
        FRAMES.take(np.arange(800)),
        embeddings=rng.normal(size=(800, dimension)).astype(np.float32),
    )
    reference = fit(
        frames, [np.arange(start, start + 10) for start in range(0, 800, 10)], [0.5, 0.5], seed=0
    )
    usual = reference.embedding
    assert usual is not None
    centred = frames.embeddings - usual.centre

    rows = rows_of(frames, reference)

    part = Layout.of(reference).parts
    residual = (centred**2).sum(axis=1) - ((centred @ usual.axes) ** 2).sum(axis=1)
    expected = np.minimum(residual / usual.energy_limits[0], 1)
    closest = (((centred[:, None] - usual.clusters) ** 2).sum(axis=2)).argmin(axis=1)
    assert rows[:, part["energies"]][:, 0] / ONE == pytest.approx(expected, abs=1e-4)
    assert np.array_equal(rows[:, part["clusters"]].argmax(axis=1), closest)


def test_what_is_counted_adds_up(profile: Profile) -> None:
    frames = FRAMES.take(np.arange(500))
    part = Layout.of(profile.reference).parts
    state = rows_of(frames, profile.reference).sum(axis=0)

    assert state[part["frames"]] == [500]
    assert state[part["kept"]] == [frames.kept.sum()]
    assert state[part["clusters"]].sum() == 500
    assert state[part["score_bins"]].sum() == 2 * 500


def test_an_abstention_is_counted_as_one_and_disagrees_with_nobody(profile: Profile) -> None:
    frames = FRAMES.take(np.arange(20))
    frames.scores[:, 0] = np.nan
    part = Layout.of(profile.reference).parts
    state = rows_of(frames, profile.reference).sum(axis=0)

    assert state[part["score_bins"]].reshape(2, -1)[0, -1] == 20
    assert state[part["disagreements"]] == [0]


def test_a_frame_without_an_embedding_counts_for_all_the_rest(profile: Profile) -> None:
    frames = FRAMES.take(np.arange(20))
    frames.embeddings[3] = np.nan
    part = Layout.of(profile.reference).parts
    state = rows_of(frames, profile.reference).sum(axis=0)

    assert state[part["frames"]] == [20]
    assert state[part["embedded"]] == [19]


def test_a_state_of_512_numbers_and_three_voters_takes_five_kilobytes() -> None:
    layout = Layout(voters=3, dimension=512, clusters=32)

    assert layout.blank(1).nbytes <= 5 * 1024


def test_frames_of_other_voters_are_refused(profile: Profile) -> None:
    frames = frames_of(2, embedded=False)

    with pytest.raises(ValueError, match="embeddings of 0 numbers, not 24"):
        rows_of(frames, profile.reference)
