"""A checksum of weights that are in memory and were never a file."""

from hashlib import sha256

import torch


def digest_of(module: torch.nn.Module) -> str:
    """Return the hex SHA-256 of all names, types, shapes and values, in the order of names."""
    total = sha256()
    for name, tensor in sorted(module.state_dict().items()):
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        total.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return total.hexdigest()
