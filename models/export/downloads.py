"""Weights fetched from where their library keeps them."""

from pathlib import Path
from urllib.parse import urlparse

import torch


def downloaded(url: str, folder: Path) -> Path:
    """Return the downloaded file; its name holds the start of its SHA-256, which is compared."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(urlparse(url).path).name
    if not path.is_file():
        torch.hub.download_url_to_file(url, str(path), _digest_start(path), progress=False)
    return path


def _digest_start(path: Path) -> str:
    return path.stem.rpartition("-")[2]
