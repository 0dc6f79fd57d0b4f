"""What survives a kill: the whole state of a training after its last full epoch."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from ensembles.errors import ConfigError, WeightsError

State = dict[str, Any]
FILE = "checkpoint.pt"


@dataclass(slots=True)
class Progress:
    """How far a training is.

    Args:
        epoch: Epochs done.
        best: Highest average precision on the validation frames so far.
        best_epoch: When that was.
        best_network: The weights then.
    """

    epoch: int = 0
    best: float = -1.0
    best_epoch: int = 0
    best_network: State = field(default_factory=dict)


def save(
    folder: Path, identity: str, progress: Progress, network: State, optimizer: State, scaler: State
) -> None:
    """Write the state; a kill leaves the last one or this one, never half of one."""
    state = {
        "identity": identity,
        "epoch": progress.epoch,
        "best": progress.best,
        "best_epoch": progress.best_epoch,
        "best_network": progress.best_network,
        "network": network,
        "optimizer": optimizer,
        "scaler": scaler,
    }
    draft = folder / f"{FILE}.part"
    with draft.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FILE)


def restore(folder: Path, identity: str) -> tuple[Progress, State, State, State] | None:
    """Return the progress and the states of network, optimizer and scaler; None without a file.

    Raises:
        ConfigError: It is of another training.
        WeightsError: It cannot be read as tensors and numbers only.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        state: State = torch.load(path, map_location="cpu", weights_only=True)
        progress = Progress(*(state[k] for k in ("epoch", "best", "best_epoch", "best_network")))
        states = state["network"], state["optimizer"], state["scaler"]
        found = state["identity"]
    except (OSError, RuntimeError, UnpicklingError, EOFError, LookupError, TypeError) as error:
        raise WeightsError(f"{path}: no checkpoint of a training: {error}") from error
    if found != identity:
        raise ConfigError(
            f"{path}: belongs to a training of other frames, labels or options; remove the folder "
            "to begin anew"
        )
    return progress, *states
