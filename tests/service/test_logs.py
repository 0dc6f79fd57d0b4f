"""What a log line says, and what it must not."""

import json
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
import structlog

from monitoring import metrics
from service.keys import new_key
from service.logs import configure_logs
from tests.service.fakes import DARK, client_of


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_shows_no_local_variables(
    style: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(style)
    fault: Exception | None = None
    try:
        pixels = "123, 45, 67"
        raise RuntimeError(f"{len(pixels)} values cannot be read")
    except RuntimeError as error:
        fault = error

    structlog.get_logger().error("voter_failed", exc_info=fault)

    shown = capsys.readouterr().err
    assert "values cannot be read" in shown
    assert "123, 45, 67" not in shown.replace('"123, 45, 67"', "the line of code")


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_key_that_stands_anywhere_in_a_line_is_hidden(
    style: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(style)
    key = new_key()

    try:
        raise RuntimeError(f"nothing at /{key}")
    except RuntimeError:
        structlog.get_logger().exception("request", error=f"no {key}!", told={"id": [key, key]})

    shown = capsys.readouterr().err
    assert key not in shown
    assert shown.count("skysift_***") >= 4


@pytest.mark.parametrize("style", ["json", "console"])
def test_nothing_a_client_sends_begins_a_line_of_its_own(
    style: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(style)
    forged = 'x\n{"event": "request", "decisions": ["skip"]}\r\n\x1b[2Jy\u2028z'

    structlog.get_logger().info("request", error=forged)

    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "\r" not in shown
    assert "\x1b[2J" not in shown


def lost() -> float:
    return float(metrics.LOG_LINES_LOST._value.get())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_loses_lines_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with suppress(OSError), Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stderr", full)
        configure_logs("json")
        before = lost()

        structlog.get_logger().info("request", status=200)
        answer = client_of().post("/v1/triage", content=DARK)

        assert answer.json()["decision"] == "skip"
        assert lost() >= before + 1


def test_a_reader_that_went_away_loses_lines_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = StringIO()
    monkeypatch.setattr("sys.stderr", file)
    configure_logs("json")
    file.close()
    before = lost()

    structlog.get_logger().error("voter_failed")

    assert lost() == before + 1


def test_lines_for_machines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("auto")

    structlog.get_logger().info("request", status=200)

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["status"]) == ("request", "info", 200)
