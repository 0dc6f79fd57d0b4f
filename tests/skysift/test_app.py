import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest
import typer

from ensembles.errors import ConfigError
from skysift import app
from skysift.app import COMMANDS, Command, run
from tests.skysift.conftest import Skysift

ROOT = Path(__file__).parents[2]


def not_configured() -> None:
    raise ConfigError(["voters: at least one is needed", "name: is missing"], source="a.yaml")


def faulty() -> None:
    raise ZeroDivisionError("a fault of ours")


def interrupted() -> None:
    raise KeyboardInterrupt


def failing() -> None:
    raise typer.Exit(1)


@pytest.fixture
def with_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (not_configured, faulty, interrupted, failing):
        monkeypatch.setitem(
            COMMANDS, function.__name__, Command(f"{__name__}:{function.__name__}", "Fails.")
        )
    monkeypatch.setattr(app, "import_module", lambda _: sys.modules[__name__])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_begins_with_its_summary(name: str) -> None:
    loaded = COMMANDS[name].load()
    text = loaded.info.help if isinstance(loaded, typer.Typer) else loaded.__doc__

    assert isinstance(text, str)
    assert text.splitlines()[0] == COMMANDS[name].summary


def test_help_lists_every_command(skysift: Skysift) -> None:
    shown = skysift("--help")

    assert shown.code == 0
    assert all(f"  {name} " in shown.out for name in COMMANDS)


def test_help_imports_none_of_what_the_work_needs() -> None:
    heavy = "numpy PIL onnxruntime bentoml pydantic_settings yaml torch rich"
    code = (
        "import sys; from skysift.app import run; run(['--help']); "
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert shown.stdout.splitlines()[-1] == "[]"


def test_help_comes_at_once() -> None:
    started = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "skysift", "--help"], cwd=ROOT, capture_output=True, check=True
    )

    assert perf_counter() - started < 3  # 0.2 s here; machines that test are busy


def test_the_version_is_shown(skysift: Skysift) -> None:
    shown = skysift("--version")

    assert shown.code == 0
    assert shown.out.startswith("skysift ")


def test_an_unknown_command_is_a_usage_error(skysift: Skysift) -> None:
    shown = skysift("triagge")

    assert shown.code == 2
    assert "triagge" in shown.err


def test_no_command_shows_the_help_as_a_usage_error(skysift: Skysift) -> None:
    assert skysift().code == 2


@pytest.mark.usefixtures("with_command")
def test_an_error_for_a_person_is_one_message_without_traceback(skysift: Skysift) -> None:
    shown = skysift("not_configured")

    assert shown.code == 2
    assert shown.err == ("error: a.yaml:\n  voters: at least one is needed\n  name: is missing\n")


@pytest.mark.usefixtures("with_command")
def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run(["faulty"])


@pytest.mark.usefixtures("with_command")
@pytest.mark.parametrize(("name", "code"), [("interrupted", 130), ("failing", 1)])
def test_exit_codes_are_passed_on(skysift: Skysift, name: str, code: int) -> None:
    assert skysift(name).code == code
