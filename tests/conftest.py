"""What tests of several rooms share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run, and no stopwatch: a busy machine is not a broken promise.
settings.register_profile("skysift", derandomize=True, deadline=None)
settings.load_profile("skysift")

BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _no_database_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests serve out of the review database of whoever runs them."""
    file = tmp_path_factory.mktemp("review") / "review.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKYSIFT_DATABASE", f"sqlite:///{file}")
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real pictures and weights that cannot be shipped; the test skips where they are missing."""
    folder = Path(os.environ.get("SKYSIFT_DATA", BESIDE_THE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip(f"no real pictures at {folder}: set SKYSIFT_DATA to the folder that holds them")
    return folder
