"""Networks that learn: marked `pretrained`, because they need torch."""

import csv
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest

from curation.train.effort import Effort
from curation.train.examples import Examples
from curation.train.learner import Task
from curation.train.pictures import decoded
from curation.train.training_card import SpecialistCard
from ensembles.errors import ConfigError, WeightsError
from ensembles.voter import Floats
from models.settings import ModelSettings
from skysift.app import run
from tests.curation.train.discs import HEIGHT, WIDTH, draw_flights, write_labels
from tests.curation.train.served import reading_of

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.pretrained

SETTINGS = ModelSettings(provider="cpu", threads=1, offline=True)
TINY = "tests.curation.train.tiny:Tiny"
TELLING = "tests.curation.train.tiny:Telling"
SIZE = (HEIGHT, WIDTH)
EPOCHS = 12


def quiet(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    return draw_flights(tmp_path_factory.mktemp("flights"), flights=16)


def learner_of(
    backbone: str, *, weights: str | None = "random", pool: str = "mean", epochs: int = EPOCHS
) -> Any:  # noqa: ANN401 - its type needs torch
    from curation.train.network import network_learner  # noqa: PLC0415 - needs torch

    return network_learner(
        backbone,
        weights,
        Effort(epochs=epochs, patience=epochs, batch=16, rate=0.02),
        pool=pool,  # type: ignore[arg-type] # a literal
        size=SIZE,
        device="cpu",
        settings=SETTINGS,
    )


def learned(learner: Any, examples: Examples, work: Path, *, resume: bool = False) -> Any:  # noqa: ANN401 - the same
    pictures = decoded(
        examples, learner.recipe, work, limits=SETTINGS.limits, threads=1, tell=quiet
    )
    learner.see(examples, pictures, quiet)
    task = Task(examples, np.arange(40), np.arange(40, 52), work / "one", resume=resume)
    return learner.learn(task, quiet)


def test_a_network_of_ones_own_learns_and_the_gate_scores_as_torch_does(
    examples: Examples, tmp_path: Path
) -> None:
    learner = learner_of(TINY)
    trained = learned(learner, examples, tmp_path)
    expected: Floats = trained.scores(np.arange(len(examples)))

    written = trained.write(tmp_path / "tiny.onnx")
    reading = reading_of(tmp_path / "tiny.onnx", written, learner.recipe, examples)

    assert trained.progress.best > 0.9
    assert np.abs(reading.scores - expected).max() < 1e-3


@pytest.mark.parametrize("pool", ["mean", "max"])
@pytest.mark.parametrize("backbone", ["mobilenet_v3_small", "resnet18", "efficientnet_b0", TELLING])
def test_networks_that_give_features_become_voters_with_embeddings(
    backbone: str, pool: str, examples: Examples, tmp_path: Path
) -> None:
    learner = learner_of(backbone, pool=pool, epochs=1)
    trained = learned(learner, examples, tmp_path)
    expected = trained.scores(np.arange(len(examples)))

    written = trained.write(tmp_path / "net.onnx")
    reading = reading_of(tmp_path / "net.onnx", written, learner.recipe, examples)

    assert np.abs(reading.scores - expected).max() < 1e-3
    assert reading.embeddings is not None
    assert np.linalg.norm(reading.embeddings[0]) == pytest.approx(1, abs=1e-5)


def test_a_training_that_stopped_goes_on_as_if_it_had_not(
    examples: Examples, tmp_path: Path
) -> None:
    class Killed(Exception):  # noqa: N818 - it is no error
        """Stands for a kill between two epochs."""

    def kill(what: str, done: int, total: int) -> None:
        if done == 5:
            raise Killed

    learner = learner_of(TINY)
    whole = learned(learner, examples, tmp_path / "whole")
    pictures = decoded(
        examples, learner.recipe, tmp_path, limits=SETTINGS.limits, threads=1, tell=quiet
    )
    learner.see(examples, pictures, quiet)
    task = Task(examples, np.arange(40), np.arange(40, 52), tmp_path / "cut")
    with pytest.raises(Killed):
        learner.learn(task, kill)

    resumed = learner.learn(
        Task(examples, task.training, task.validation, task.work, resume=True), quiet
    )

    frames = np.arange(len(examples))
    assert resumed.progress.epoch == whole.progress.epoch
    assert np.abs(resumed.scores(frames) - whole.scores(frames)).max() < 1e-5


def test_a_checkpoint_of_other_frames_is_refused(examples: Examples, tmp_path: Path) -> None:
    learner = learner_of(TINY, epochs=1)
    learned(learner, examples, tmp_path)

    with pytest.raises(ConfigError, match="other frames, labels or options"):
        learner.learn(
            Task(examples, np.arange(36), np.arange(40, 52), tmp_path / "one", resume=True), quiet
        )


def test_a_checkpoint_that_holds_more_than_tensors_is_refused(
    examples: Examples, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    torch.save({"identity": Path("x")}, tmp_path / "one" / "checkpoint.pt")

    with pytest.raises(WeightsError, match="no checkpoint"):
        learned(learner_of(TINY), examples, tmp_path, resume=True)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_body_starts_from_a_file_whatever_classes_it_knew(suffix: str, tmp_path: Path) -> None:
    from safetensors.torch import save_file  # noqa: PLC0415 - not in the light environment
    from torchvision.models import mobilenet_v3_small  # noqa: PLC0415 - the same

    before = mobilenet_v3_small(num_classes=7).state_dict()
    path = tmp_path / f"weights{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(before, path)
    learner = learner_of("mobilenetv3-small", weights=str(path))

    network = learner._start.network(seed=0)

    assert torch.equal(
        network.state_dict()["body.features.0.0.weight"], before["features.0.0.weight"]
    )
    assert network.head.out_features == 1


def test_the_next_round_starts_from_the_weights_of_the_last(
    examples: Examples, tmp_path: Path
) -> None:
    trained = learned(learner_of("mobilenet_v3_small", epochs=1), examples, tmp_path)
    trained.write(tmp_path / "one.onnx")

    again = learner_of("mobilenet_v3_small", weights=str(tmp_path / "one.safetensors"))

    start = again._start.network(seed=5)
    expected = trained.network.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in start.state_dict().items())


@pytest.mark.parametrize(
    ("backbone", "weights", "said"),
    [
        ("resnet19", "random", "did you mean 'resnet18'"),
        ("squeezenet1_0", "random", "no linear one"),
        ("no.such:Network", "random", "cannot be imported"),
        ("resnet18", "IMAGENET1K_V9", "did you mean 'IMAGENET1K_V1'"),
        (TINY, "DEFAULT", "has no tags"),
        ("resnet18", "weights.onnx", "must be .safetensors"),
    ],
)
def test_what_cannot_be_trained_is_said(
    backbone: str, weights: str, said: str, examples: Examples, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=said):
        learned(learner_of(backbone, weights=weights), examples, tmp_path)


def test_weights_that_are_nowhere_are_named_with_the_place_to_put_them(
    examples: Examples, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=r"SKYSIFT_OFFLINE is set.*IMAGENET1K_V1.safetensors"):
        learned(learner_of("resnet18", weights=None), examples, tmp_path)


def test_a_command_that_is_killed_goes_on_and_ends_as_one_that_was_not(tmp_path: Path) -> None:
    flights = tmp_path / "flights"
    labels = write_labels(flights, draw_flights(flights, flights=12))

    def words(out: Path, *more: str) -> list[str]:
        return [
            *("train", str(flights), "--labels", str(labels), "--backbone", TINY),
            *("--size", f"{HEIGHT}x{WIDTH}", "--epochs", "30", "--patience", "30"),
            *("--rate", "0.02", "--out", str(out), "--device", "cpu", *more),
        ]

    process = subprocess.Popen([sys.executable, "-m", "skysift", *words(tmp_path / "cut.onnx")])
    log = tmp_path / "cut.training" / "best" / "log.csv"
    _wait_for(log, lines=3)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert run(words(tmp_path / "cut.onnx", "--resume")) == 0
    assert run(words(tmp_path / "whole.onnx")) == 0

    cut, whole = (SpecialistCard.read(tmp_path / f"{name}.json") for name in ("cut", "whole"))
    assert cut.data == whole.data
    assert cut.training == whole.training
    assert cut.measures[0].average_precision.value == pytest.approx(
        whole.measures[0].average_precision.value, abs=1e-4
    )
    with (tmp_path / "cut.log.csv").open(newline="", encoding="utf-8") as file:
        assert [int(row["epoch"]) for row in csv.DictReader(file)] == list(range(1, 31))


def _wait_for(log: Path, *, lines: int, seconds: float = 300) -> None:
    start = monotonic()
    while monotonic() - start < seconds:
        if log.exists() and len(log.read_text(encoding="utf-8").splitlines()) > lines:
            return
        sleep(0.02)
    raise AssertionError(f"{log} never had {lines} lines")
