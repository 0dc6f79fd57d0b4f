"""Batches are written over the last one's memory, and never over one that is being read."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from models.batches import BatchMemory
from models.frames import Frame
from models.preprocess import Recipe, prepare
from models.runtime import Runtime
from models.settings import ModelSettings
from models.tensors import Tensor
from tests.models.makers import MAKERS
from tests.models.networks import network, written
from tests.models.pictures import noise

RECIPE = Recipe(size=(8, 8), mean=(0.1, 0.0, 0.3), std=(0.5, 1.0, 2.0))
FRAMES = [Frame.of_pixels(noise(20, 30, seed=seed)) for seed in range(6)]


def test_memory_is_used_again_by_the_next_batch_of_any_smaller_size() -> None:
    memory = BatchMemory()
    with memory.prepared(FRAMES, RECIPE) as first:
        pass

    with memory.prepared(FRAMES[:2], RECIPE) as second:
        assert np.shares_memory(first, second)
        np.testing.assert_array_equal(second, prepare(FRAMES[:2], RECIPE))


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("count", [0, 1, 6])
def test_a_batch_is_what_fresh_memory_would_hold(layout: str, count: int) -> None:
    recipe = RECIPE.model_copy(update={"layout": layout})
    memory = BatchMemory()
    with memory.prepared(FRAMES[1:4], recipe) as batch:
        batch.fill(np.nan)

    with memory.prepared(FRAMES[:count], recipe) as batch:
        np.testing.assert_array_equal(batch, prepare(FRAMES[:count], recipe))
        assert batch.dtype == np.float32


def test_a_reading_that_still_runs_keeps_its_memory() -> None:
    memory = BatchMemory()

    with memory.prepared(FRAMES[:1], RECIPE) as late:
        for frame in FRAMES[1:]:
            with memory.prepared([frame], RECIPE) as batch:
                assert not np.shares_memory(late, batch)
        np.testing.assert_array_equal(late, prepare(FRAMES[:1], RECIPE))


def test_a_reading_that_fails_brings_its_memory_back() -> None:
    memory = BatchMemory()
    with pytest.raises(RuntimeError), memory.prepared(FRAMES, RECIPE) as first:
        raise RuntimeError

    with memory.prepared(FRAMES, RECIPE) as second:
        assert np.shares_memory(first, second)


def test_one_batch_is_kept_however_many_ran_at_once() -> None:
    memory = BatchMemory()

    with memory.prepared(FRAMES, RECIPE), memory.prepared(FRAMES, RECIPE) as last_out:
        pass

    with memory.prepared(FRAMES, RECIPE) as first, memory.prepared(FRAMES, RECIPE) as second:
        assert not np.shares_memory(first, second)
        assert not np.shares_memory(second, last_out)


def test_readings_side_by_side_never_see_each_others_numbers() -> None:
    memory, together = BatchMemory(), Barrier(4)
    expected = [prepare([frame], RECIPE) for frame in FRAMES[:4]]

    def reads(number: int) -> bool:
        right = True
        for _ in range(50):
            with memory.prepared([FRAMES[number]], RECIPE) as batch:
                together.wait(timeout=10)  # all four hold a batch
                right = right and bool((batch == expected[number]).all())
                together.wait(timeout=10)
        return right

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(reads, range(4)))


def test_what_a_network_returns_is_no_part_of_its_input(tmp_path: Path) -> None:
    model = network(
        [("Identity", "image", "same")],
        {},
        takes=("image", ["n", 3, 8, 8]),
        gives={"same": ["n", 3, 8, 8]},
    )
    runtime = Runtime(ModelSettings(threads=1))
    path = written(model, tmp_path / "same.onnx")
    session = runtime.open(path, takes=Tensor((3, 8, 8)), gives=[Tensor((3, 8, 8))])

    with BatchMemory().prepared(FRAMES, RECIPE) as batch:
        (same,) = session.run(batch)
        assert not np.shares_memory(same, batch)
        np.testing.assert_array_equal(same, batch)


@pytest.mark.parametrize("kind", MAKERS)
def test_the_next_reading_leaves_the_last_one_as_it_was(kind: str, tmp_path: Path) -> None:
    voter = MAKERS[kind](tmp_path).load(Runtime(ModelSettings(threads=1)))
    first = voter.read(FRAMES[:3])
    scores, embeddings = first.scores.copy(), np.array(first.embeddings)

    voter.read(FRAMES[3:])

    np.testing.assert_array_equal(first.scores, scores)
    np.testing.assert_array_equal(first.embeddings, embeddings)
