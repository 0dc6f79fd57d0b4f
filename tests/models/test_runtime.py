import builtins
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from structlog.testing import capture_logs

from ensembles.errors import WeightsError
from models import handles
from models.batch_sizes import warm_sizes
from models.bound import Batch
from models.handles import available_providers, installed_runtimes
from models.runtime import Runtime, Session
from models.settings import ModelSettings
from models.tensors import Port, Tensor
from tests.models.networks import classifier, network, weights, written

IMAGE = Tensor((3, 8, 8))
PORT_IN = Port("image", (None, 3, 8, 8), "tensor(float)")
PORT_OUT = Port("scores", (None, 3), "tensor(float)")
SCORES, FEATURES = Tensor((3,), name="scores"), Tensor((None,), name="features")


def opened(path: Path, *, max_batch: int = 32, takes: Tensor = IMAGE) -> Session:
    runtime = Runtime(ModelSettings(threads=1, max_batch=max_batch))
    return runtime.open(path, takes=takes, gives=[SCORES, FEATURES])


class Recording:
    """A network that notes the sizes of the batches it is given."""

    def __init__(self, path: Path) -> None:
        self.network = onnxruntime.InferenceSession(path)
        self.sizes: list[int] = []

    def run(self, names: Sequence[str], feed: Mapping[str, Batch]) -> list[Batch]:
        self.sizes += [len(batch) for batch in feed.values()]
        answers: list[Batch] = self.network.run(names, feed)
        return answers


def complaint(open_it: Callable[[], object]) -> str:
    with pytest.raises(WeightsError) as caught:
        open_it()
    return str(caught.value)


def test_outputs_come_in_the_order_they_were_declared(tmp_path: Path) -> None:
    scores, features = opened(classifier(tmp_path / "a.onnx")).run(weights(4, 3, 8, 8))

    assert (scores.shape, features.shape) == ((4, 3), (4, 5))
    assert scores.dtype == features.dtype == np.float32


@pytest.mark.parametrize("rows", [0, 1, 2, 7])
def test_large_batches_are_split_and_come_back_whole(tmp_path: Path, rows: int) -> None:
    path, batch = classifier(tmp_path / "a.onnx"), weights(rows, 3, 8, 8)

    whole, split = opened(path).run(batch), opened(path, max_batch=2).run(batch)

    for one, other in zip(whole, split, strict=True):
        assert one.shape[0] == other.shape[0] == rows
        assert np.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("fixed", [1, 4])
def test_a_network_exported_for_one_batch_size_takes_any(tmp_path: Path, fixed: int) -> None:
    batch = weights(6, 3, 8, 8)

    (scores, _) = opened(classifier(tmp_path / "fixed.onnx", batch=fixed)).run(batch)

    assert np.allclose(scores, opened(classifier(tmp_path / "a.onnx")).run(batch)[0], atol=1e-6)


def test_half_precision_is_cast_both_ways(tmp_path: Path) -> None:
    batch = weights(2, 3, 8, 8)

    half = opened(classifier(tmp_path / "half.onnx", dtype=np.float16)).run(batch)[0]

    assert half.dtype == np.float32
    assert np.allclose(half, opened(classifier(tmp_path / "a.onnx")).run(batch)[0], atol=0.05)


def test_tokens_are_whole_numbers(tmp_path: Path) -> None:
    model = network(
        [("Gather", "table tokens", "words"), ("ReduceMean", "words axes", "embedding")],
        {"table": weights(10, 4), "axes": np.array([1, 2])},
        takes=("tokens", ["n", 5]),
        gives={"embedding": ["n", 1, 1]},
        kind_in=7,
    )
    path = written(model, tmp_path / "text.onnx")

    session = Runtime(ModelSettings()).open(
        path, takes=Tensor((5,), kind="integer"), gives=[Tensor((1,))]
    )

    assert session.run(np.ones((2, 5), dtype=np.int64))[0].shape == (2, 1, 1)


def test_threads_get_the_same_answers(tmp_path: Path) -> None:
    session, batch = opened(classifier(tmp_path / "a.onnx")), weights(8, 3, 8, 8)
    alone = session.run(batch)[0]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: session.run(batch)[0], range(16)))

    assert all((answer == alone).all() for answer in together)


def test_a_missing_file_says_where_to_put_it(tmp_path: Path) -> None:
    message = complaint(lambda: opened(tmp_path / "no.onnx"))

    assert message == f"{tmp_path / 'no.onnx'}: there is no such file; put the ONNX file there"


@pytest.mark.parametrize("content", [b"", b"not a network at all", bytes(400)])
def test_a_file_that_is_no_network_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)

    assert complaint(lambda: opened(path)).startswith(f"{path}: is not an ONNX file")


def test_a_network_cut_short_is_named(tmp_path: Path) -> None:
    path = classifier(tmp_path / "cut.onnx")
    path.write_bytes(path.read_bytes()[:-100])

    assert str(path) in complaint(lambda: opened(path))


def test_a_network_of_unknown_operators_is_refused_with_the_reason(tmp_path: Path) -> None:
    model = network(
        [("Frobnicate", "image", "scores")],
        {},
        takes=("image", ["n", 3, 8, 8]),
        gives={"scores": ["n", 3]},
    )
    path = written(model, tmp_path / "odd.onnx")

    assert "Frobnicate" in complaint(lambda: opened(path))


def test_a_shape_that_the_file_leaves_open_is_checked_by_running(tmp_path: Path) -> None:
    model = network(
        [("Flatten", "image", "flat"), ("Compress", "flat chosen", "scores")],
        {"chosen": np.array([True] * 4)},
        takes=("image", ["n", 3, 8, 8]),
        gives={"scores": ["n", "k"]},
    )
    model.graph.node[1].attribute.add(name="axis", i=1, type=2)
    path = written(model, tmp_path / "open.onnx")

    message = complaint(lambda: Runtime(ModelSettings()).open(path, takes=IMAGE, gives=[SCORES]))

    assert "output 'scores' has shape n x 4, but the voter declares n x 3" in message


def test_a_network_that_answers_once_for_two_views_is_refused(tmp_path: Path) -> None:
    model = network(
        [("Flatten", "image", "flat"), ("Slice", "flat start end", "scores")],
        {"start": np.array([0, 0]), "end": np.array([1, 3])},
        takes=("image", ["n", 3, 8, 8]),
        gives={"scores": ["m", 3]},
    )
    path = written(model, tmp_path / "once.onnx")

    message = complaint(lambda: Runtime(ModelSettings()).open(path, takes=IMAGE, gives=[SCORES]))

    assert "has shape (1, 3) for 2 views; export the model again with a free first axis" in message


def test_an_input_of_another_size_is_refused(tmp_path: Path) -> None:
    path = classifier(tmp_path / "a.onnx")

    message = complaint(lambda: opened(path, takes=Tensor((3, 9, 9), change="`input.size`")))

    assert "n x 3 x 8 x 8, but the voter declares n x 3 x 9 x 9; change `input.size`" in message


def test_asking_for_a_gpu_where_the_runtime_has_none_opens_nothing(tmp_path: Path) -> None:
    if "CUDAExecutionProvider" in available_providers():
        pytest.skip("this runtime has CUDA")
    path = classifier(tmp_path / "a.onnx")
    runtime = Runtime(ModelSettings(provider="cuda"))

    assert "SKYSIFT_PROVIDER is cuda" in complaint(
        lambda: runtime.open(path, takes=IMAGE, gives=[SCORES])
    )


@pytest.fixture
def broken_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime that says it has CUDA, where CUDA does not start."""
    if "CUDAExecutionProvider" in available_providers():
        pytest.skip("this runtime has CUDA")
    monkeypatch.setattr("models.handles.available_providers", lambda: ["CUDAExecutionProvider"])
    handles.say_once.cache_clear()


@pytest.mark.usefixtures("broken_gpu")
@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_gpu_that_was_asked_for_and_does_not_start_is_an_error_and_no_slow_gate(
    tmp_path: Path,
) -> None:
    path, runtime = classifier(tmp_path / "a.onnx"), Runtime(ModelSettings(provider="cuda"))

    message = complaint(lambda: runtime.open(path, takes=IMAGE, gives=[SCORES]))

    assert "CUDAExecutionProvider did not start, only CPUExecutionProvider would run" in message


@pytest.mark.usefixtures("broken_gpu")
@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_auto_falls_back_to_the_cpu_and_says_once_why_and_what_to_do(tmp_path: Path) -> None:
    path, runtime = classifier(tmp_path / "a.onnx"), Runtime(ModelSettings(provider="auto"))

    with capture_logs() as said:
        session, _ = (runtime.open(path, takes=IMAGE, gives=[SCORES]) for _ in range(2))

    assert session.run(weights(2, 3, 8, 8))[0].shape == (2, 3)
    (line,) = said
    assert line["event"] == "runs_on_cpu_instead_of_gpu"
    assert "did not start" in line["why"]
    assert "check the driver" in line["why"]
    assert session.sizes == ()


@pytest.mark.usefixtures("broken_gpu")
@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_broken_file_is_told_as_such_and_not_as_a_missing_gpu(tmp_path: Path) -> None:
    path = classifier(tmp_path / "cut.onnx")
    path.write_bytes(path.read_bytes()[:-100])

    with capture_logs() as said:
        message = complaint(lambda: opened(path))

    assert str(path) in message
    assert said == []


def test_a_batch_is_padded_to_a_size_that_was_warmed(tmp_path: Path) -> None:
    handle = Recording(classifier(tmp_path / "a.onnx"))
    session = Session(handle, PORT_IN, [PORT_OUT], max_batch=8, sizes=warm_sizes(8))

    answers = {rows: session.run(weights(rows, 3, 8, 8))[0] for rows in (1, 3, 5, 8, 13)}

    assert handle.sizes == [1, 4, 8, 8, 8, 8]
    assert [len(answer) for answer in answers.values()] == [1, 3, 5, 8, 13]
    whole = opened(tmp_path / "a.onnx").run(weights(13, 3, 8, 8))[0]
    assert np.allclose(answers[13], whole, atol=1e-6)


def test_what_is_installed_can_be_asked() -> None:
    assert len(installed_runtimes()) == 1
    assert "CPUExecutionProvider" in available_providers()


def test_without_a_runtime_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, importing = classifier(tmp_path / "a.onnx"), builtins.__import__

    def without_runtime(name: str, *rest: object) -> object:
        if name == "onnxruntime":
            raise ImportError(name)
        return importing(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_runtime)

    assert "install skysift[cpu]" in complaint(lambda: opened(path))
    assert available_providers() == ()
