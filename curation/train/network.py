"""A network that learns: built, trained, and written as ONNX once that agrees with torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from curation.train.backbones import Pool, backbone_named
from curation.train.checkpoint import Progress
from curation.train.effort import Device, Effort
from curation.train.examples import Examples, Indices
from curation.train.fit import Fit, Seen, scores_of
from curation.train.learner import LOGIT, Task, Written
from curation.train.pictures import Pictures, Tell
from curation.train.starting_weights import Start, started
from ensembles.errors import ConfigError
from ensembles.voter import Floats
from models.cards import OPSET
from models.environment import usable_cores
from models.export.onnx_file import EXAMPLE_BATCH, write_onnx
from models.export.self_check import drawn_pictures, worst_share
from models.export.weights_digest import digest_of
from models.onnx_outputs import OUTPUTS
from models.preprocess import Recipe, prepare
from models.runtime import Runtime
from models.settings import ModelSettings
from models.tensors import Tensor
from models.weight_source import weight_source
from models.weights import put

FEATURES = "features"
OUTPUT_NAMES = (LOGIT, FEATURES)
CHECKED_FRAMES = 16
"""Of the user's own, on which torch and the file must agree, beside drawn ones."""


class NetworkLearner:
    """Trains a network.

    Args:
        start: The network and what it begins with.
        effort: How long, and by what seed.
        size: Height and width of what it sees, pixels; None for the usual.
        device: Where it trains.

    Raises:
        WeightsError: There are no such weights.
    """

    def __init__(
        self, start: Start, effort: Effort, *, size: tuple[int, int] | None, device: Device
    ) -> None:
        self._start = start
        self._effort = effort
        self._device = _device(device)
        self._recipe = start.backbone.recipe(size)
        self._weights = start.identity()
        self._seen: Seen | None = None

    @property
    def name(self) -> str:
        """Of the backbone."""
        return self._start.backbone.name

    @property
    def source(self) -> str:
        """The backbone and what it starts from."""
        return f"{self.name} from {self._start.weights}"

    @property
    def identity(self) -> str:
        """All that decides what comes out, the examples apart."""
        said = (self._weights, asdict(self._effort), self._recipe.model_dump())
        return sha256(repr(said).encode()).hexdigest()

    @property
    def recipe(self) -> Recipe:
        """How it wants its pictures."""
        return self._recipe

    def see(self, examples: Examples, pictures: Pictures, tell: Tell) -> None:  # noqa: ARG002 - nothing to prepare
        """Take the pictures."""
        self._seen = Seen(pictures.pixels, self._recipe)

    def learn(self, task: Task, tell: Tell) -> "TrainedNetwork":
        """Return the network with the best average precision on the validation frames."""
        if self._seen is None:
            raise ValueError("it has seen no pictures")
        network = self._start.network(seed=self._effort.seed)
        fit = Fit(
            network,
            self._seen,
            task,
            self._effort,
            device=self._device,
            pretrained=self._start.learned_before,
        )
        frames = np.concatenate([task.training, task.validation])
        progress = fit.run(f"{self.identity} {_digest(task, frames)}", tell)
        return TrainedNetwork(network, self._seen, progress, self._device, task.validation)


@dataclass(frozen=True, slots=True, eq=False)
class TrainedNetwork:
    """A network that has learned.

    Args:
        network: With its best weights.
        seen: The pictures of all examples.
        progress: How the training went.
        device: Where it trained.
        checked: Frames of which some are used for the check.
    """

    network: nn.Module
    seen: Seen
    progress: Progress
    device: torch.device
    checked: Indices = field(repr=False)

    @property
    def story(self) -> Mapping[str, float]:
        """How many epochs, and which was the best."""
        return {
            "epochs": self.progress.epoch,
            "best_epoch": self.progress.best_epoch,
            "parameters": sum(each.numel() for each in self.network.parameters()),
        }

    def scores(self, frames: Indices) -> Floats:
        """Return one score in [0, 1] per frame."""
        return scores_of(self.network, self.seen, frames, device=self.device)

    def write(self, path: Path) -> Written:
        """Write the ONNX file, and beside it the weights, for the next training to begin with.

        Raises:
            WeightsError: torch and ONNX do not agree. Nothing was written.
        """
        network = self.network.to("cpu", memory_format=torch.contiguous_format).eval()
        weights = path.with_suffix(".safetensors")
        with TemporaryDirectory() as folder:
            draft = Path(folder) / path.name
            example = torch.zeros(EXAMPLE_BATCH, *self.seen.recipe.shape)
            with torch.no_grad():
                names = OUTPUT_NAMES[: len(network(example))]
            write_onnx(network, example, draft, input_name="image", output_names=names)
            differences = {"score": self._check(network, draft)}
            state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
            save_file(state, draft.with_suffix(".safetensors"))
            put(draft.with_suffix(".safetensors"), weights)
            put(draft, path)
        embedding = FEATURES if FEATURES in names else ""
        return Written(differences, digest_of(network), OPSET, embedding, (weights,))

    def _check(self, network: nn.Module, path: Path) -> float:
        """Return the largest difference of a score, on drawn pictures and the user's own."""
        recipe = self.seen.recipe
        own = self.seen.levels(self.checked[:CHECKED_FRAMES])
        batch = np.concatenate([prepare(drawn_pictures(), recipe), own])
        session = Runtime(ModelSettings(provider="cpu")).open(
            path,
            takes=Tensor(recipe.shape, change="`input`"),
            gives=[Tensor((1,), name=LOGIT, change="`output_name`")],
        )
        with torch.no_grad():
            expected = torch.sigmoid(network(torch.from_numpy(batch))[0]).numpy()
        return worst_share(
            expected, OUTPUTS["sigmoid"](session.run(batch)[0]), what="scores", path=path
        )


def network_learner(
    backbone: str,
    weights: str | None,
    effort: Effort,
    *,
    pool: Pool,
    size: tuple[int, int] | None,
    device: Device,
    settings: ModelSettings,
) -> NetworkLearner:
    """Return what learns, as a user named it.

    Args:
        backbone: A classifier of torchvision, or `package.module:Class`.
        weights: A tag, a file or `random`; None: torchvision's best, or, for a class of one's own,
            random.
        effort: How long.
        pool: Over places.
        size: Height and width, pixels.
        device: Where.
        settings: Where weights are cached.

    Raises:
        ConfigError: There is no such backbone, or no such tag.
        WeightsError: There is no such file.
    """
    torch.set_num_threads(settings.threads or usable_cores())
    found = backbone_named(backbone)
    source = weight_source(weights or ("random" if found.own else "DEFAULT"))
    return NetworkLearner(started(found, pool, source, settings), effort, size=size, device=device)


def _digest(task: Task, frames: Indices) -> str:
    """Return what tells this division of these frames from others."""
    said = sha256()
    for index in frames:
        item = task.examples[int(index)]
        said.update(f"{item.path.absolute()} {item.positive} {item.group}\0".encode())
    said.update(np.asarray([len(task.training), len(task.validation)]).tobytes())
    return said.hexdigest()


def _device(wanted: Device) -> torch.device:
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise ConfigError("--device cuda: torch finds no GPU here")
    return torch.device("cuda" if there and wanted != "cpu" else "cpu")
