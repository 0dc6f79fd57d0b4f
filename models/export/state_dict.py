"""Weights as torch or safetensors saved them, read without running anything that is in them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from ensembles.errors import WeightsError

State = Mapping[str, torch.Tensor]
PARALLEL_PREFIX = "module."
MOST_NAMED = 3


def read_state_dict(path: Path) -> State:
    """Return the tensors in a `.safetensors` file or in what `torch.save` wrote.

    Raises:
        WeightsError: It cannot be read, or not without unpickling more than tensors.
    """
    try:
        found = load_file(path) if path.suffix == ".safetensors" else _load_tensors(path)
    except (OSError, SafetensorError, UnpicklingError, RuntimeError, EOFError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{path}: cannot be read as tensors only: {reason}; save the state dict as safetensors"
        ) from error
    inner = found.get("state_dict", found) if isinstance(found, Mapping) else None
    if not isinstance(inner, Mapping) or not all(map(torch.is_tensor, inner.values())):
        raise WeightsError(f"{path}: holds no state dict; save `model.state_dict()`")
    return {name.removeprefix(PARALLEL_PREFIX): tensor for name, tensor in inner.items()}


def load_strictly(module: torch.nn.Module, state: State, *, path: Path) -> None:
    """Load the tensors, each in the type that the module has.

    Args:
        module: Gets the weights.
        state: One tensor per name, of the same shape.
        path: For the message.

    Raises:
        WeightsError: Names or shapes do not fit; the first of each are named.
    """
    own: State = module.state_dict()
    other_shapes = [
        f"{name} is {tuple(state[name].shape)} and not {tuple(own[name].shape)}"
        for name in own.keys() & state.keys()
        if state[name].shape != own[name].shape
    ]
    problems = [
        *_listed("missing", own.keys() - state.keys()),
        *_listed("not known", state.keys() - own.keys()),
        *_listed("of another shape", other_shapes),
    ]
    if problems:
        raise WeightsError(f"{path}: weights of another model: {'; '.join(problems)}")
    module.load_state_dict(state)


def _load_tensors(path: Path) -> object:
    return torch.load(path, map_location="cpu", weights_only=True)


def _listed(what: str, names: Iterable[str]) -> list[str]:
    ordered = sorted(names)
    more = ", ..." if len(ordered) > MOST_NAMED else ""
    return [f"{len(ordered)} {what} ({', '.join(ordered[:MOST_NAMED])}{more})"] if ordered else []
