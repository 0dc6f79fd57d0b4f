"""Every kind of voter, converted on frames and served without what converting needs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest

from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError, WeightsError
from ensembles.voter import Floats
from models.cards import ClipCard, ResNetCard
from models.catalog import options_for
from models.clip_bundle import CARD_FILE, IMAGE_FILE
from models.convert import Converted, Sample, convert, in_fp32
from models.converted_file import card_path
from models.digest import digest
from models.ensemble import load_config
from models.frames import Frame
from models.precision import Precision
from models.settings import ModelSettings
from models.weights import sha256_of
from tests.models.networks import convolutional, network, written
from tests.models.prepared import tiny_clip, tiny_resnet

SETTINGS = ModelSettings(provider="cpu", threads=1)
INPUT = {"size": 8, "mean": 0.5, "std": 0.5}
Said = dict[str, object]


def frames(count: int = 16, *, seed: int = 0) -> list[Frame]:
    chance = np.random.default_rng(seed)
    patches = chance.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return [Frame.of_pixels(patch.repeat(3, axis=0).repeat(3, axis=1)) for patch in patches]


def sample(shown: list[Frame] | None = None, *, seed: int = 0) -> Sample:
    given = frames() if shown is None else shown

    def again() -> Iterator[Frame]:
        yield from given

    return Sample(again, tuple(frame.id for frame in given), seed)


def onnx_options(folder: Path) -> Said:
    written(convolutional(), folder / "own.onnx")
    return {
        "weights": str(folder / "own.onnx"),
        "labels": ["a", "b", "c"],
        "positive": ["b"],
        "output": "logits",
        "input": INPUT,
    }


def clip_options(folder: Path) -> Said:
    tower = written(
        convolutional(gives="embedding"), tiny_clip(folder / "clip", logit_scale=2.0) / IMAGE_FILE
    )
    card = ClipCard.read(folder / "clip" / CARD_FILE)
    files = {**card.files, IMAGE_FILE: sha256_of(tower)}
    card.model_copy(update={"files": files}).save(folder / "clip" / CARD_FILE)
    return {
        "model": "tiny",
        "pretrained": str(folder / "clip"),
        "positive": ["red"],
        "negative": ["blue"],
        "templates": ["{}"],
    }


def resnet_options(folder: Path) -> Said:
    path = tiny_resnet(folder / "thin.onnx")
    card = ResNetCard.read(card_path(path))
    model = convolutional(gives="logits")
    model.graph.output.append(onnx.helper.make_tensor_value_info("features", 1, ["n", 16]))
    changed = {"features_dim": 16, "files": {path.name: sha256_of(written(model, path))}}
    card.model_copy(update=changed).save(card_path(path))
    return {"weights": str(path), "positive": {"red": 1.0}, "embeddings": True}


MAKERS: dict[str, Callable[[Path], Said]] = {
    "onnx": onnx_options,
    "clip": clip_options,
    "resnet50": resnet_options,
}


def gate(kind: str, options: Said, precision: str = "int8") -> EnsembleConfig:
    said = options_for(kind).model_validate({**options, "precision": precision})
    voter = {"name": "v", "kind": kind, "threshold": 0.5, "options": said}
    return EnsembleConfig.model_validate({"name": "e", "target": "t", "voters": [voter]})


def converted(config: EnsembleConfig, given: Sample | None = None) -> Converted:
    (one,) = convert(config, given or sample(), SETTINGS)
    return one


def scores(config: EnsembleConfig) -> Floats:
    (seat,) = load_config(config, SETTINGS).gate.seats
    return seat.voter.read(frames(20, seed=9)).scores


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("precision", "moved"), [("int8", 0.08), ("fp16", 0.01)])
def test_a_converted_voter_says_nearly_what_it_said(
    tmp_path: Path, kind: str, precision: Precision, moved: float
) -> None:
    config = gate(kind, MAKERS[kind](tmp_path), precision)

    done = converted(config)

    before, after = scores(in_fp32(config)), scores(config)
    assert (done.precision, done.was_there) == (precision, False)
    assert 0 < np.abs(before - after).max() < moved
    assert np.ptp(before) > 0.05


@pytest.mark.parametrize("kind", MAKERS)
def test_another_precision_is_another_digest(tmp_path: Path, kind: str) -> None:
    config = gate(kind, MAKERS[kind](tmp_path))
    converted(config)

    assert digest(config, SETTINGS) != digest(in_fp32(config), SETTINGS)


@pytest.mark.parametrize("kind", MAKERS)
def test_before_it_is_converted_the_error_says_what_to_run(tmp_path: Path, kind: str) -> None:
    config = gate(kind, MAKERS[kind](tmp_path))
    asks: tuple[Callable[[EnsembleConfig, ModelSettings], object], ...] = (digest, load_config)

    for ask in asks:
        with pytest.raises(WeightsError, match=r"precision: int8.*run `skysift models quantize`"):
            ask(config, SETTINGS)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_converted_network_that_was_altered_is_refused(tmp_path: Path, kind: str) -> None:
    config = gate(kind, MAKERS[kind](tmp_path))
    path = converted(config).network
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(WeightsError, match="altered"):
        load_config(config, SETTINGS)


def test_the_same_frames_and_seed_give_the_same_file(tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "other")

    one, other = (converted(gate("onnx", onnx_options(folder))).network for folder in folders)

    assert one.read_bytes() == other.read_bytes()


def test_weights_have_7_bits_and_a_scale_per_channel(tmp_path: Path) -> None:
    path = converted(gate("onnx", onnx_options(tmp_path))).network

    arrays = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in onnx.load(path).graph.initializer
    }
    (quantized,) = (name for name in arrays if name.startswith("second") and "quant" in name)
    assert arrays[quantized].dtype == np.int8
    assert 32 < np.abs(arrays[quantized].astype(int)).max() <= 64
    assert len(arrays["second_scale"]) == 16


def test_what_was_converted_from_the_same_is_left_alone(tmp_path: Path) -> None:
    config = gate("onnx", onnx_options(tmp_path))
    first = converted(config)
    before = first.network.stat().st_mtime_ns

    assert converted(config).was_there
    assert first.network.stat().st_mtime_ns == before


def test_a_conversion_of_other_frames_is_lost_only_when_that_is_meant(tmp_path: Path) -> None:
    config = gate("onnx", onnx_options(tmp_path))
    made, others = converted(config).network, sample(frames(seed=5))
    before = made.read_bytes()

    with pytest.raises(WeightsError, match="say --replace"):
        converted(config, others)
    kept = made.read_bytes()
    (again,) = convert(config, others, SETTINGS, replace=True)

    assert kept == before
    assert not again.was_there
    assert made.read_bytes() != before


@pytest.mark.parametrize("kind", MAKERS)
def test_a_conversion_that_was_cut_short_is_made_again(tmp_path: Path, kind: str) -> None:
    config = gate(kind, MAKERS[kind](tmp_path))
    path = converted(config).network
    whole = path.read_bytes()
    path.write_bytes(whole[:100])

    again = converted(config)

    assert not again.was_there
    assert path.read_bytes() == whole


def test_serving_needs_the_converted_file_alone(tmp_path: Path) -> None:
    config = gate("onnx", onnx_options(tmp_path))
    converted(config)
    expected = scores(config)

    (tmp_path / "own.onnx").unlink()

    assert (scores(config) == expected).all()


def test_weights_that_changed_since_are_told(tmp_path: Path) -> None:
    config = gate("onnx", onnx_options(tmp_path))
    converted(config)
    written(convolutional(gain=0.5), tmp_path / "own.onnx")

    with pytest.raises(WeightsError, match="made from other weights"):
        load_config(config, SETTINGS)


@pytest.mark.parametrize("kind", ["onnx", "resnet50"])
def test_an_input_that_changed_since_is_told(tmp_path: Path, kind: str) -> None:
    options = MAKERS[kind](tmp_path)
    converted(gate(kind, options))
    other = gate(kind, {**options, "input": {**INPUT, "mean": 0.4}})

    with pytest.raises(WeightsError, match=r"another `input`.*skysift models quantize"):
        load_config(other, SETTINGS)


def test_a_file_of_another_precision_is_refused(tmp_path: Path) -> None:
    options = onnx_options(tmp_path)
    path = converted(gate("onnx", options)).network
    for old in (path, card_path(path)):
        old.rename(old.with_name(old.name.replace("int8", "fp16")))

    with pytest.raises(WeightsError, match="holds int8"):
        load_config(gate("onnx", options, "fp16"), SETTINGS)


@pytest.mark.parametrize("precision", ["int8", "fp16"])
def test_a_network_for_one_batch_size_is_converted_too(tmp_path: Path, precision: str) -> None:
    options = onnx_options(tmp_path)
    model = convolutional()
    for port in (*model.graph.input, *model.graph.output):
        port.type.tensor_type.shape.dim[0].dim_value = 4
    written(model, tmp_path / "own.onnx")
    config = gate("onnx", options, precision)

    converted(config, sample(frames(6)))

    assert np.abs(scores(config) - scores(in_fp32(config))).max() < 0.1


def test_a_network_with_nothing_to_gain_is_refused_in_plain_words(tmp_path: Path) -> None:
    options = onnx_options(tmp_path)
    model = network(
        [("ReduceMean", "image sides", "means"), ("Flatten", "means", "scores")],
        {"sides": np.array([2, 3])},
        takes=("image", ["n", 3, 8, 8]),
        gives={"scores": ["n", 3]},
    )
    written(model, tmp_path / "own.onnx")

    with pytest.raises(WeightsError, match=r"own\.onnx: cannot be quantised to int8.*leave it"):
        converted(gate("onnx", options))
    assert not (tmp_path / "own.int8.onnx").exists()


def test_a_network_that_calculates_in_half_precision_already_is_refused(tmp_path: Path) -> None:
    options = onnx_options(tmp_path)
    model = convolutional()
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    written(model, tmp_path / "own.onnx")

    with pytest.raises(WeightsError, match="only a float32 network can be converted"):
        converted(gate("onnx", options))


def test_an_ensemble_in_fp32_has_nothing_to_convert(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no voter names a precision"):
        converted(gate("onnx", onnx_options(tmp_path), "fp32"))


def test_fp32_leaves_no_trace_in_the_digest(tmp_path: Path) -> None:
    options = onnx_options(tmp_path)

    said = options_for("onnx").model_validate({**options, "precision": "fp32"})

    assert "precision" not in said.model_dump()
    assert said == options_for("onnx").model_validate(options)


def test_values_that_float16_cannot_hold_stay_float32(tmp_path: Path) -> None:
    options = onnx_options(tmp_path)
    model = convolutional()
    # A convolution that reaches far, and a product that brings it back.
    for tensor in model.graph.initializer:
        factor = {"second": 1e6, "read_out": 1e-6}.get(tensor.name, 1.0)
        values = onnx.numpy_helper.to_array(tensor) * np.float32(factor)
        tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    written(model, tmp_path / "own.onnx")
    config = gate("onnx", options, "fp16")

    converted(config)

    assert np.abs(scores(config) - scores(in_fp32(config))).max() < 0.02
