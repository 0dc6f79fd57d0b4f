from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from ensembles.errors import WeightsError
from models.frames import Frame
from models.onnx_classifier import OnnxClassifier, OnnxOptions
from models.preprocess import prepare
from models.runtime import Runtime
from models.settings import ModelSettings
from tests.models.networks import classifier, single_output
from tests.models.pictures import noise, quarters

LABELS = ("field", "road", "car")
RUNTIME = Runtime(ModelSettings(threads=1))
FRAMES = [Frame.of_pixels(pixels) for pixels in (noise(), quarters(), noise(seed=3))]


def options(path: Path, **others: object) -> OnnxOptions:
    basic = {"weights": str(path), "labels": LABELS, "positive": ["car"], "input": {"size": 8}}
    return OnnxOptions.model_validate({**basic, **others})


def loaded(path: Path, **others: object) -> OnnxClassifier:
    return options(path, **others).load(RUNTIME)


def probabilities(voter: OnnxClassifier) -> np.ndarray:
    return voter.session.run(prepare(FRAMES, voter.recipe))[0]


def one_number(path: Path, output: str, **others: object) -> OnnxClassifier:
    return loaded(path, labels=[], positive=[], output=output, **others)


def test_the_score_is_the_probability_of_the_positive_label(tmp_path: Path) -> None:
    voter = loaded(classifier(tmp_path / "a.onnx"), output_name="scores")

    assert np.allclose(voter.read(FRAMES).scores, probabilities(voter)[:, 2])


def test_positive_labels_add_up(tmp_path: Path) -> None:
    path = classifier(tmp_path / "a.onnx")

    voter = loaded(path, positive=["car", "road"], output_name="scores")

    assert np.allclose(voter.read(FRAMES).scores, probabilities(voter)[:, 1:].sum(axis=1))


def test_a_label_that_stands_twice_counts_once(tmp_path: Path) -> None:
    path = classifier(tmp_path / "a.onnx")

    once = loaded(path, positive=["car"], output_name="scores").read(FRAMES).scores
    twice = loaded(path, positive=["car", "car"], output_name="scores").read(FRAMES).scores

    assert (once == twice).all()


def test_labels_that_do_not_exclude_each_other_add_up_to_1_at_most(tmp_path: Path) -> None:
    path = classifier(tmp_path / "a.onnx", final="Sigmoid", gain=0.1)

    voter = loaded(path, positive=LABELS, output_name="scores")

    assert (probabilities(voter).sum(axis=1) > 1).all()
    assert voter.read(FRAMES).scores.tolist() == [1, 1, 1]


def test_logits_become_probabilities(tmp_path: Path) -> None:
    logits = classifier(tmp_path / "logits.onnx", final="Identity")
    shares = classifier(tmp_path / "shares.onnx", final="Softmax")

    from_logits = loaded(logits, output="logits", output_name="scores").read(FRAMES).scores

    expected = loaded(shares, output_name="scores").read(FRAMES).scores
    assert np.allclose(from_logits, expected, atol=1e-6)


@pytest.mark.parametrize("shape", [["n", 1], ["n"]])
def test_one_number_is_the_score(tmp_path: Path, shape: list[int | str]) -> None:
    path = single_output(tmp_path / "one.onnx", shape=shape, value=0.25)

    assert one_number(path, "probability").read(FRAMES).scores.tolist() == [0.25] * 3
    assert np.allclose(one_number(path, "sigmoid").read(FRAMES).scores, 1 / (1 + np.exp(-0.25)))


def test_a_huge_number_does_not_overflow_the_sigmoid(tmp_path: Path) -> None:
    low = single_output(tmp_path / "low.onnx", shape=["n", 1], value=-1e30)
    high = single_output(tmp_path / "high.onnx", shape=["n", 1], value=1e30)

    assert one_number(low, "sigmoid").read(FRAMES).scores.tolist() == [0, 0, 0]
    assert one_number(high, "sigmoid").read(FRAMES).scores.tolist() == [1, 1, 1]


def test_not_a_number_abstains(tmp_path: Path) -> None:
    path = single_output(tmp_path / "nan.onnx", shape=["n", 1], value=float("nan"))

    assert np.isnan(one_number(path, "probability").read(FRAMES).scores).all()


def test_embeddings_come_by_name_and_have_length_1(tmp_path: Path) -> None:
    voter = loaded(classifier(tmp_path / "a.onnx"), output_name="scores", embedding_name="features")

    embeddings = voter.read(FRAMES).embeddings

    assert embeddings is not None
    assert embeddings.shape == (3, 5)
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-6)


def test_without_a_name_there_are_no_embeddings(tmp_path: Path) -> None:
    assert (
        loaded(classifier(tmp_path / "a.onnx"), output_name="scores").read(FRAMES).embeddings
        is None
    )


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"positive": ["cra"]}, "'cra' is none of the labels; did you mean 'car'"),
        ({"positive": []}, "output: probabilities needs `labels` and `positive`"),
        ({"labels": ["car", "car"]}, "'car' stands twice"),
        ({"output": "sigmoid"}, "leave out `labels` and `positive`"),
        ({"output": "softmax"}, "'probabilities', 'logits'"),
        ({"input": {"size": 8, "chanels": "RGB"}}, "Extra inputs"),
    ],
)
def test_contradictions_are_refused_before_anything_is_loaded(
    wrong: dict[str, object], what: str
) -> None:
    with pytest.raises(ValidationError, match=what):
        options(Path("nowhere.onnx"), **wrong)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"labels": ["a", "car"]}, "n x 3, but the voter declares n x 2; change `labels`"),
        ({"input": {"size": 9}}, "n x 3 x 8 x 8, but the voter declares n x 3 x 9 x 9"),
        ({"input": {"size": 8, "layout": "NHWC"}}, "`input.layout`"),
        ({"output_name": "score"}, "did you mean 'scores'"),
        ({"output_name": ""}, "2 outputs .*change `labels`, `output` or `output_name`"),
        ({"output": "logits"}, "are probabilities already"),
        ({"embedding_name": "pool"}, "no output 'pool'"),
    ],
)
def test_a_network_that_is_not_as_declared_is_refused_with_what_to_change(
    tmp_path: Path, wrong: dict[str, object], what: str
) -> None:
    path = classifier(tmp_path / "a.onnx")

    with pytest.raises(WeightsError, match=what):
        loaded(path, **{"output_name": "scores", **wrong})


def test_logits_declared_as_probabilities_are_refused(tmp_path: Path) -> None:
    path = classifier(tmp_path / "a.onnx", final="Identity", gain=40.0)

    with pytest.raises(WeightsError, match="is it `output: logits`"):
        loaded(path, output_name="scores")


def test_the_weights_decide_and_so_does_every_file_they_lie_in(tmp_path: Path) -> None:
    path = classifier(tmp_path / "a.onnx")

    assert options(path).artifacts(RUNTIME.settings) == (path,)
    assert options(path).view_px(RUNTIME.settings) == 8
