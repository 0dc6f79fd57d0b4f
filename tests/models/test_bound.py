"""I/O binding, on the CPU: the same calls that a GPU gets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from models.batch_sizes import warm_sizes
from models.bound import BoundNetwork
from models.runtime import Session
from models.tensors import Port
from tests.models.networks import classifier, weights

NAMES = ["scores", "features"]
TAKES = Port("image", (None, 3, 8, 8), "tensor(float)")
GIVES = [Port("scores", (None, 3), "tensor(float)"), Port("features", (None, 5), "tensor(float)")]


@pytest.fixture
def plain(tmp_path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(classifier(tmp_path / "a.onnx"))


def bound(plain: onnxruntime.InferenceSession) -> BoundNetwork:
    return BoundNetwork(plain, onnxruntime.OrtValue.ortvalue_from_numpy, "cpu")


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_bound_run_gives_the_outputs_of_a_plain_one(
    plain: onnxruntime.InferenceSession, rows: int
) -> None:
    feed = {"image": weights(rows, 3, 8, 8)}

    one, other = bound(plain).run(NAMES, feed), plain.run(NAMES, feed)

    assert all((mine == its).all() for mine, its in zip(one, other, strict=True))


def test_batches_of_one_shape_share_a_buffer_and_keep_their_own_answers(
    plain: onnxruntime.InferenceSession,
) -> None:
    network = bound(plain)
    batches = [weights(2, 3, 8, 8, seed=seed) for seed in range(3)]
    copies = [batch.copy() for batch in batches]

    answers = [network.run(NAMES, {"image": batch})[0] for batch in batches]

    for answer, batch in zip(answers, copies, strict=True):
        assert (answer == plain.run(NAMES, {"image": batch})[0]).all()
    assert all((batch == copy).all() for batch, copy in zip(batches, copies, strict=True))


def test_a_batch_that_is_no_whole_piece_of_memory_is_sent_right(
    plain: onnxruntime.InferenceSession,
) -> None:
    network, batch = bound(plain), weights(8, 3, 8, 8)[::2]

    network.run(NAMES, {"image": weights(4, 3, 8, 8, seed=1)})  # makes the buffer

    answer = network.run(NAMES, {"image": batch})[0]

    assert (answer == plain.run(NAMES, {"image": np.ascontiguousarray(batch)})[0]).all()


def test_threads_do_not_write_into_each_others_buffers(
    plain: onnxruntime.InferenceSession,
) -> None:
    network = bound(plain)
    batches = [weights(4, 3, 8, 8, seed=seed) for seed in range(32)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda batch: network.run(NAMES, {"image": batch})[0], batches))

    for answer, batch in zip(answers, batches, strict=True):
        assert (answer == plain.run(NAMES, {"image": batch})[0]).all()


@pytest.mark.parametrize("rows", [0, 1, 3, 8, 19])
def test_split_and_padded_batches_come_back_whole(
    plain: onnxruntime.InferenceSession, rows: int
) -> None:
    batch = weights(rows, 3, 8, 8)
    on_gpu = Session(bound(plain), TAKES, GIVES, max_batch=8, sizes=warm_sizes(8))

    answers = on_gpu.run(batch)

    for mine, its in zip(
        answers, Session(plain, TAKES, GIVES, max_batch=32).run(batch), strict=True
    ):
        assert mine.shape == its.shape
        assert np.allclose(mine, its, atol=1e-6)
