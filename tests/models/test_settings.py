from pathlib import Path

import pytest

from ensembles.errors import ConfigError
from models.limits import Limits
from models.settings import ModelSettings, read_settings


def test_the_defaults_need_no_environment() -> None:
    settings = ModelSettings()

    assert settings.home == Path.home() / ".cache" / "skysift"
    assert settings.limits == Limits()
    assert 1 <= settings.shares.session <= 4


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SKYSIFT_HOME", str(tmp_path))
    monkeypatch.setenv("SKYSIFT_THREADS", "3")
    monkeypatch.setenv("SKYSIFT_MAX_SIDE", "9000")

    settings = read_settings()

    assert (settings.home, settings.shares.session, settings.limits.side) == (tmp_path, 3, 9000)


def test_all_wrong_variables_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_PROVIDER", "gpu")
    monkeypatch.setenv("SKYSIFT_MAX_PIXELS", "1e12")

    with pytest.raises(ConfigError) as caught:
        read_settings()

    provider, pixels = caught.value.problems
    assert provider.startswith("SKYSIFT_PROVIDER: ")
    assert provider.endswith("not 'gpu'")
    assert pixels.startswith("SKYSIFT_MAX_PIXELS: ")
