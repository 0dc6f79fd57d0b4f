"""What every kind of voter promises, whatever its model."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ensembles.voter import Reading, Voter
from models.catalog import KINDS
from models.frames import Frame
from models.options import ModelOptions
from models.runtime import Runtime
from models.settings import ModelSettings
from tests.models.makers import MAKERS
from tests.models.pictures import noise, quarters

CLOSE = 1e-5
# Sizes and shapes differ: a batch must not care.
FRAMES = [
    Frame.of_pixels(noise(8 + 5 * number, 40 - 2 * number, seed=number)) for number in range(15)
] + [Frame.of_pixels(quarters())]


@pytest.fixture(scope="module", params=sorted(MAKERS))
def options(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ModelOptions:
    return MAKERS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def voter(options: ModelOptions) -> Voter[Frame]:
    return options.load(Runtime(ModelSettings(threads=1)))


def same(one: Reading, other: Reading) -> bool:
    scores = np.allclose(one.scores, other.scores, atol=CLOSE, rtol=0)
    if one.embeddings is None or other.embeddings is None:
        return scores and one.embeddings is other.embeddings
    return scores and np.allclose(one.embeddings, other.embeddings, atol=CLOSE, rtol=0)


def joined(readings: Sequence[Reading]) -> Reading:
    embeddings = [reading.embeddings for reading in readings if reading.embeddings is not None]
    return Reading(
        np.concatenate([reading.scores for reading in readings]),
        np.concatenate(embeddings) if embeddings else None,
    )


def test_every_kind_of_the_catalogue_is_held_to_this() -> None:
    assert sorted(MAKERS) == sorted(KINDS)


def test_scores_lie_between_0_and_1_and_differ(voter: Voter[Frame]) -> None:
    scores = voter.read(FRAMES).scores

    assert scores.dtype == np.float32
    assert scores.shape == (len(FRAMES),)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert len(set(scores.tolist())) > len(FRAMES) // 2


def test_embeddings_have_length_1(voter: Voter[Frame]) -> None:
    embeddings = voter.read(FRAMES).embeddings

    assert embeddings is not None
    assert embeddings.dtype == np.float32
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=CLOSE)


def test_one_at_a_time_is_the_same_as_all_at_once(voter: Voter[Frame]) -> None:
    one_by_one = joined([voter.read([frame]) for frame in FRAMES])

    assert same(voter.read(FRAMES), one_by_one)


def test_order_is_kept(voter: Voter[Frame]) -> None:
    forwards, backwards = voter.read(FRAMES), voter.read(FRAMES[::-1])

    assert same(
        forwards,
        Reading(
            backwards.scores[::-1],
            None if backwards.embeddings is None else backwards.embeddings[::-1],
        ),
    )


def test_no_views_give_an_empty_reading(voter: Voter[Frame]) -> None:
    reading = voter.read([])

    assert reading.scores.shape == (0,)
    assert reading.embeddings is None or reading.embeddings.shape[0] == 0


def test_threads_do_not_disturb_each_other(voter: Voter[Frame]) -> None:
    alone = voter.read(FRAMES)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(voter.read, [FRAMES] * 12))

    assert all(same(alone, reading) for reading in together)


def test_reading_changes_neither_the_frames_nor_the_next_answer(voter: Voter[Frame]) -> None:
    before = [frame.pixels.copy() for frame in FRAMES]

    first, second = voter.read(FRAMES), voter.read(FRAMES)

    assert (first.scores == second.scores).all()
    assert all((frame.pixels == pixels).all() for frame, pixels in zip(FRAMES, before, strict=True))


def test_a_second_load_gives_the_same_voter(options: ModelOptions, voter: Voter[Frame]) -> None:
    again = options.load(Runtime(ModelSettings(threads=1, max_batch=3)))

    assert same(again.read(FRAMES), voter.read(FRAMES))


def test_its_files_exist_and_count_for_the_digest(options: ModelOptions) -> None:
    files: tuple[Path, ...] = options.artifacts(ModelSettings())

    assert files
    assert all(path.is_file() for path in files)


def test_it_says_how_large_a_frame_it_needs(options: ModelOptions) -> None:
    assert options.view_px(ModelSettings()) == 8
