"""Every test in this folder imports torch, which takes seconds and is not always there."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder alone unless its tests were asked for with `-m pretrained`."""
    return True if "not pretrained" in config.option.markexpr else None
