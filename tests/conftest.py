"""What tests of several rooms share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run, and no stopwatch: a busy machine is not a broken promise.
settings.register_profile("skysift", derandomize=True, deadline=None)
settings.load_profile("skysift")

BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real pictures and weights that cannot be shipped; the test skips where they are missing."""
    folder = Path(os.environ.get("SKYSIFT_DATA", BESIDE_THE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip(f"no real pictures at {folder}: set SKYSIFT_DATA to the folder that holds them")
    return folder
