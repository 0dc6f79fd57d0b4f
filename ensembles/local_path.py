"""Paths in an ensemble file: relative to the folder of that file."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / path.expanduser()).absolute()


LocalPath = Annotated[Path, AfterValidator(_beside_the_file)]
"""Reads the key `folder` of pydantic's validation context; without it, the working directory."""
