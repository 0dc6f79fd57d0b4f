"""Settings come from the environment, and say all that is wrong with it."""

from pathlib import Path

import pytest

from ensembles.errors import ConfigError, WeightsError
from service.serve import at_once_on_a_terminal, environment, refuse_open_house, run
from service.settings import DEMO, ServiceSettings, read_settings
from tests.service.keyed import key_file

MISSING = """
name: missing
target: light
voters:
  - {name: a, kind: onnx, threshold: 0.5,
     options: {weights: nowhere.onnx, output: sigmoid, input: {size: 32}}}
"""


def test_without_variables_the_demo_gate_is_served() -> None:
    assert read_settings().ensembles == (DEMO,)
    assert DEMO.parts[-2:] == ("configs", "demo.yaml")


def test_ensembles_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_ENSEMBLES", "/one.yaml, /two.yaml,")

    assert read_settings().ensembles == (Path("/one.yaml"), Path("/two.yaml"))


def test_all_wrong_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_WORKERS", "0")
    monkeypatch.setenv("SKYSIFT_PORT", "http")
    monkeypatch.setenv("SKYSIFT_ENSEMBLES", ",")

    with pytest.raises(ConfigError) as wrong:
        read_settings()

    assert len(wrong.value.problems) == 3
    assert "SKYSIFT_WORKERS: should be greater than or equal to 1, not '0'" in str(wrong.value)
    assert "SKYSIFT_PORT: should be a valid integer" in str(wrong.value)
    assert "SKYSIFT_ENSEMBLES: at least one ensemble file is needed" in str(wrong.value)


def test_memory_for_bodies_must_hold_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_BODIES_MB", "100")

    with pytest.raises(ConfigError, match="one body may have 256 MB"):
        read_settings()


def test_workers_share_the_cores() -> None:
    assert ServiceSettings(workers=64).cores == 1


def test_every_setting_is_described() -> None:
    assert all(field.description for field in ServiceSettings.model_fields.values())


def test_on_a_terminal_nobody_waits_for_a_load_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert at_once_on_a_terminal(ServiceSettings()).drain_seconds == 0
    assert at_once_on_a_terminal(ServiceSettings(drain_seconds=3)).drain_seconds == 3


def test_workers_read_the_settings_they_were_started_with(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ServiceSettings(
        ensembles=(Path("/a.yaml"), Path("/b.yaml")),
        workers=2,
        open_to_all=True,
        deadline_seconds=1.5,
    )
    for name, value in environment(given).items():
        monkeypatch.setenv(name, value)

    assert read_settings() == given


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104 - refused
def test_nobody_listens_to_the_world_by_accident(host: str) -> None:
    with pytest.raises(ConfigError, match="SKYSIFT_API_KEYS"):
        refuse_open_house(ServiceSettings(host=host))


def test_keys_or_a_word_open_the_house(tmp_path: Path) -> None:
    keys, _ = key_file(tmp_path, drone="triage")
    everywhere = "0.0.0.0"  # noqa: S104 - nothing listens

    refuse_open_house(ServiceSettings(host=everywhere, api_keys=keys))
    refuse_open_house(ServiceSettings(host=everywhere, open_to_all=True))
    refuse_open_house(ServiceSettings(host="localhost"))


def test_keys_that_cannot_be_read_end_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        refuse_open_house(ServiceSettings(api_keys=tmp_path / "keys.yaml"))


@pytest.mark.parametrize("origins", ["*", "listed.example", "https://a.example/", "null"])
def test_an_origin_is_a_whole_one(origins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_CORS_ORIGINS", origins)

    with pytest.raises(ConfigError, match="is no origin"):
        read_settings()


def test_what_cannot_start_is_said_before_anything_is_started(tmp_path: Path) -> None:
    file = tmp_path / "missing.yaml"
    file.write_text(MISSING)

    with pytest.raises(WeightsError, match=r"nowhere\.onnx"):
        run(ServiceSettings(ensembles=(file,)))


def test_a_setting_that_is_none_is_left_to_its_default() -> None:
    given = environment(ServiceSettings(shadow=None, port=4001))

    assert given["SKYSIFT_PORT"] == "4001"
    assert "SKYSIFT_SHADOW" not in given
