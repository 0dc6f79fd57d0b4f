import pytest

from monitoring.profile import Profile
from tests.monitoring.worlds import profile_of


@pytest.fixture(scope="session")
def profile() -> Profile:
    return profile_of()
