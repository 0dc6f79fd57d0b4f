from pathlib import Path

import numpy as np
import pytest

from curation.train.average_precision import average_precision
from curation.train.examples import Examples
from curation.train.learner import Task
from curation.train.pictures import decoded
from curation.train.probe import ProbeLearner, TrainedProbe, encoder_of
from models.catalog import read
from models.settings import ModelSettings
from tests.curation.train.discs import draw_flights
from tests.curation.train.served import reading_of

DEMO = read(Path(__file__).parents[3] / "configs" / "demo.yaml")
SETTINGS = ModelSettings(provider="cpu")
LEARNED, HELD_OUT = np.arange(32), np.arange(32, 64)


def quiet(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    return draw_flights(tmp_path_factory.mktemp("flights"), flights=16)


def learned(voter: str, examples: Examples, work: Path) -> tuple[ProbeLearner, TrainedProbe]:
    learner = ProbeLearner(encoder_of(DEMO, voter, SETTINGS), SETTINGS)
    pictures = decoded(
        examples, learner.recipe, work, limits=SETTINGS.limits, threads=1, tell=quiet
    )
    learner.see(examples, pictures, quiet)
    return learner, learner.learn(Task(examples, LEARNED[:24], LEARNED[24:], work), quiet)


@pytest.mark.parametrize("voter", ["clip", "resnet50"])
def test_the_gate_scores_as_the_probe_did(voter: str, examples: Examples, tmp_path: Path) -> None:
    learner, trained = learned(voter, examples, tmp_path)
    expected = trained.scores(np.arange(len(examples)))

    written = trained.write(tmp_path / "probe.onnx")
    reading = reading_of(tmp_path / "probe.onnx", written, learner.recipe, examples)

    assert np.abs(reading.scores - expected).max() < 1e-3
    assert reading.embeddings is not None
    assert written.differences["score"] < 1e-4


def test_it_finds_discs_on_flights_it_did_not_learn_from(
    examples: Examples, tmp_path: Path
) -> None:
    _, trained = learned("resnet50", examples, tmp_path)

    positive = examples.positive[HELD_OUT]

    assert average_precision(positive, trained.scores(HELD_OUT)) > 0.9


def test_another_encoder_is_another_identity() -> None:
    identities = {
        ProbeLearner(encoder_of(DEMO, voter, SETTINGS), SETTINGS).identity
        for voter in ("clip", "resnet50")
    }

    assert len(identities) == 2
