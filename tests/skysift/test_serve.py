from collections.abc import Callable
from pathlib import Path

import pytest

from service.settings import ServiceSettings
from skysift import serve
from tests.skysift.conftest import Skysift, ensemble_text


class Server:
    """Stands in for the one that listens; it is ready at once and remembers its settings."""

    def __init__(self) -> None:
        self.settings: list[ServiceSettings] = []

    def run(self, settings: ServiceSettings, *, say: Callable[[str], None]) -> int:
        self.settings.append(settings)
        say("ready")
        return 0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(serve, "run", server.run)
    return server


def test_options_go_before_the_environment(
    skysift: Skysift, server: Server, ensemble: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_ENSEMBLES", str(ensemble))
    monkeypatch.setenv("SKYSIFT_PORT", "4001")
    monkeypatch.setenv("SKYSIFT_WORKERS", "3")

    skysift("serve", "--port", "4002")

    (settings,) = server.settings
    assert (settings.port, settings.workers, settings.ensembles) == (4002, 3, (ensemble,))


def test_a_curl_line_is_printed_when_it_is_ready(
    skysift: Skysift, server: Server, ensemble: Path
) -> None:
    shown = skysift("serve", "--ensemble", ensemble, "--port", "4003")

    assert shown.code == 0
    assert "curl --data-binary @" in shown.out
    assert "example.jpg http://127.0.0.1:4003/v1/triage" in shown.out


def test_the_picture_of_the_curl_line_is_there() -> None:
    assert serve.EXAMPLE.read_bytes()[:2] == b"\xff\xd8"


def test_several_ensembles_can_be_served(
    skysift: Skysift, server: Server, tmp_path: Path, ensemble: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(ensemble_text(name="other"), encoding="utf-8")

    skysift("serve", "--ensemble", ensemble, "--ensemble", other)

    assert server.settings[0].ensembles == (ensemble, other)


def test_missing_weights_are_told_before_anything_is_started(
    skysift: Skysift, tmp_path: Path
) -> None:
    file = tmp_path / "far.yaml"
    file.write_text(ensemble_text(options="{needs: lamp.onnx}"), encoding="utf-8")

    shown = skysift("serve", "--ensemble", file)

    assert shown.code == 2
    assert "lamp.onnx" in shown.err


def test_an_ensemble_with_mistakes_is_a_config_error(skysift: Skysift, tmp_path: Path) -> None:
    shown = skysift("serve", "--ensemble", tmp_path / "gone.yaml")

    assert shown.code == 2
    assert "there is no such file" in shown.err


def test_a_port_out_of_range_is_a_usage_error(skysift: Skysift, server: Server) -> None:
    assert skysift("serve", "--port", "70000").code == 2
    assert server.settings == []
