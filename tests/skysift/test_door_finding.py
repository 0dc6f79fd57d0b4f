"""`skysift doctor` says who may come in."""

from pathlib import Path

from service.settings import ServiceSettings
from skysift.door_finding import look_at_door
from skysift.findings import Status
from tests.service.keyed import key_file


def test_without_keys_only_this_machine_comes_in() -> None:
    finding = look_at_door(ServiceSettings())

    assert (finding.status, finding.found) == (
        Status.OK,
        "no keys: only this machine is answered",
    )


def test_an_open_house_is_worth_knowing() -> None:
    assert look_at_door(ServiceSettings(open_to_all=True)).status is Status.WARN


def test_keys_are_counted(tmp_path: Path) -> None:
    file, _ = key_file(tmp_path, drone="triage", eye="review")

    finding = look_at_door(ServiceSettings(api_keys=file))

    assert (finding.status, finding.found) == (Status.OK, f"2 keys in {file}")


def test_a_file_that_others_can_write_is_worth_knowing(tmp_path: Path) -> None:
    file, _ = key_file(tmp_path, drone="triage")
    file.chmod(0o666)

    finding = look_at_door(ServiceSettings(api_keys=file))

    assert (finding.status, finding.remedy) == (Status.WARN, f"chmod go-w {file}")


def test_a_file_that_cannot_be_read_must_be_mended(tmp_path: Path) -> None:
    (tmp_path / "keys.yaml").write_text("keys: [{name: drone}]")

    finding = look_at_door(ServiceSettings(api_keys=tmp_path / "keys.yaml"))

    assert finding.status is Status.FAIL
    assert "keys[0].sha256: is missing" in finding.found
