"""The training itself: epochs over balanced batches, until validation no longer gains.

Order and changes of every batch are drawn from the seed, the epoch and nothing else, so that a
training that was killed goes on as if it had not been.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import cos, pi
from time import perf_counter

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import nn

from curation.train.augmentation import Changer
from curation.train.average_precision import average_precision
from curation.train.checkpoint import Progress, restore, save
from curation.train.effort import Effort
from curation.train.examples import Indices
from curation.train.learner import Task
from curation.train.pictures import Tell
from curation.train.training_log import LOG, Epoch, note
from ensembles.voter import Floats
from models.pixels import Pixels
from models.preprocess import Recipe, write_levels

WARM_UP = 0.1
"""Share of all steps in which the learning rate rises; it then falls along a cosine."""
LARGEST_GRADIENT = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The pictures of all examples as the network sees them, and by what recipe."""

    pixels: Pixels
    recipe: Recipe

    def levels(self, frames: Indices) -> Floats:
        """Return what the network takes, prepared to the last bit as a voter prepares it."""
        batch = np.empty((len(frames), *self.recipe.shape), dtype=np.float32)
        write_levels(self.pixels[frames], self.recipe, batch)
        return batch


class Fit:
    """Trains one network.

    Args:
        network: Its first output is the logit; it is changed.
        seen: The pictures.
        task: From what it learns.
        effort: How long.
        device: Where.
        pretrained: Whether all but its last layer starts from somebody's weights.
    """

    def __init__(
        self,
        network: nn.Module,
        seen: Seen,
        task: Task,
        effort: Effort,
        *,
        device: torch.device,
        pretrained: bool,
    ) -> None:
        self._network = network.to(device, memory_format=torch.channels_last)
        self._seen = seen
        self._task = task
        self._effort = effort
        self._device = device
        self._half = device.type == "cuda"
        share = effort.body_share if pretrained else 1.0
        self._optimizer = torch.optim.AdamW(
            _rates(network, effort.rate, share), weight_decay=effort.decay
        )
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._half)
        self._truth = torch.from_numpy(task.examples.positive.astype(np.float32))
        self._mean = torch.tensor(seen.recipe.mean).reshape(1, 3, 1, 1)
        self._std = torch.tensor(seen.recipe.std).reshape(1, 3, 1, 1)

    def run(self, identity: str, tell: Tell) -> Progress:
        """Train, leave the best weights in the network, and return how it went.

        Args:
            identity: Of the training; a checkpoint of another one is refused.
            tell: Is told of every epoch.

        Raises:
            ConfigError: The checkpoint belongs to another training.
        """
        task, effort = self._task, self._effort
        task.work.mkdir(parents=True, exist_ok=True)
        progress = self._resumed(identity) if task.resume else Progress()
        while progress.epoch < effort.epochs and self._gains(progress):
            self._epoch(progress)
            save(
                task.work,
                identity,
                progress,
                self._network.state_dict(),
                self._optimizer.state_dict(),
                self._scaler.state_dict(),
            )
            tell(f"epochs (average precision {progress.best:.3f})", progress.epoch, effort.epochs)
        self._network.load_state_dict(progress.best_network)
        return progress

    def _gains(self, progress: Progress) -> bool:
        return progress.epoch - progress.best_epoch < self._effort.patience

    def _resumed(self, identity: str) -> Progress:
        found = restore(self._task.work, identity)
        if found is None:
            return Progress()
        progress, network, optimizer, scaler = found
        self._network.load_state_dict(network)
        self._optimizer.load_state_dict(optimizer)
        self._scaler.load_state_dict(scaler)
        return progress

    def _epoch(self, progress: Progress) -> None:
        """Learn from one epoch's batches, measure, and write a line."""
        started = perf_counter()
        loss = self._pass(progress.epoch)
        validation = self._task.validation
        found = average_precision(
            self._task.examples.positive[validation],
            scores_of(self._network, self._seen, validation, device=self._device),
        )
        progress.epoch += 1
        if found > progress.best:
            progress.best, progress.best_epoch = found, progress.epoch
            progress.best_network = {
                name: tensor.detach().cpu().clone()
                for name, tensor in self._network.state_dict().items()
            }
        rate, seconds = self._optimizer.param_groups[-1]["lr"], perf_counter() - started
        note(self._task.work / LOG, Epoch(progress.epoch, loss, rate, found, seconds))

    def _pass(self, epoch: int) -> float:
        """Learn from one epoch's batches, and return their mean loss."""
        generator = _seeded(self._effort.seed, epoch)
        torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))  # of dropout
        changer = Changer(self._effort.augmentation, generator)
        batches = list(self._batches(epoch))
        self._network.train()
        losses = []
        for step, frames in enumerate(batches):
            self._set_rate((epoch + step / len(batches)) / self._effort.epochs)
            losses.append(self._step(frames, changer))
        return float(np.mean(losses))

    def _batches(self, epoch: int) -> Iterator[Indices]:
        """Yield batches of frames, half of them with the target, each as often as any other."""
        rng = np.random.default_rng((self._effort.seed, epoch))
        positive = self._task.examples.positive[self._task.training]
        sides = [self._task.training[positive], self._task.training[~positive]]
        half = len(self._task.training) / 2
        drawn = [_repeated(side, round(half), rng) for side in sides]
        order = rng.permutation(np.concatenate(drawn))
        size = self._effort.batch
        for start in range(0, len(order), size):
            if len(batch := order[start : start + size]) > 1:  # one frame has no batch statistics
                yield np.sort(batch)

    def _step(self, frames: Indices, changer: Changer) -> float:
        pixels = torch.from_numpy(self._seen.pixels[frames])
        images = changer.changed(pixels).sub_(self._mean).div_(self._std)
        images = images.to(self._device, memory_format=torch.channels_last)
        truth = self._truth[frames].to(self._device)
        self._optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self._device.type, dtype=torch.float16, enabled=self._half):
            logits = self._network(images)[0][:, 0]
        loss = F.binary_cross_entropy_with_logits(logits.float(), truth)
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self._optimizer)
        nn.utils.clip_grad_norm_(self._network.parameters(), LARGEST_GRADIENT)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        return float(loss.detach())

    def _set_rate(self, done: float) -> None:
        """Set the rates for the share of all steps that is done."""
        factor = (
            done / WARM_UP
            if done < WARM_UP
            else (1 + cos(pi * (done - WARM_UP) / (1 - WARM_UP))) / 2
        )
        for group in self._optimizer.param_groups:
            group["lr"] = group["highest"] * max(factor, 0.01)


def scores_of(
    network: nn.Module, seen: Seen, frames: Indices, *, device: torch.device, batch: int = 64
) -> Floats:
    """Return one score per frame, float32, in [0, 1]."""
    network.eval()
    scores = np.empty(len(frames), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(frames), batch):
            some = frames[start : start + batch]
            logits = network(torch.from_numpy(seen.levels(some)).to(device))[0][:, 0]
            scores[start : start + len(some)] = torch.sigmoid(logits.float()).cpu().numpy()
    return scores


def _rates(network: nn.Module, rate: float, share: float) -> list[dict[str, object]]:
    """Return the parameters in two groups: those that start from weights, and the last layer."""
    head = getattr(network, "head", None)
    last = list(head.parameters()) if head is not None else []
    known = {id(parameter) for parameter in last}
    body = [each for each in network.parameters() if id(each) not in known]
    groups = [(body, rate * share), (last, rate)]
    return [{"params": some, "lr": each, "highest": each} for some, each in groups if some]


def _repeated(frames: Indices, count: int, rng: np.random.Generator) -> Indices:
    """Return so many frames, none more than once oftener than another."""
    whole, rest = divmod(count, len(frames))
    return np.concatenate([np.tile(frames, whole), rng.permutation(frames)[:rest]])


def _seeded(seed: int, epoch: int) -> torch.Generator:
    said = sha256(f"{seed} {epoch}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(said[:6]))
