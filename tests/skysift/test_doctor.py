import json
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from skysift import doctor, voter_findings
from skysift.findings import Finding, Status, fail, ok, warn
from skysift.machine import (
    CORE_PACKAGES,
    GIB,
    home_finding,
    memory_finding,
    packages_finding,
    port_finding,
    python_finding,
)
from skysift.runtime_findings import provider_finding, runtime_finding
from tests.skysift.conftest import Skysift, ensemble_text

ROOT = Path(__file__).parents[2]
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.fixture
def a_good_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed where the tests run is not what these tests are about."""
    monkeypatch.setattr(doctor, "look_at_machine", lambda **_: iter([ok("python", "3.11")]))
    monkeypatch.setattr(doctor, "look_at_runtime", lambda _: iter([ok("runtime", "one")]))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_an_old_python_fails() -> None:
    assert python_finding((3, 10), "3.10.1").status is Status.FAIL
    assert python_finding((3, 11), "3.11.0").status is Status.OK


def test_the_packages_that_are_declared_are_looked_at() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [requirement.split(">")[0] for requirement in project["dependencies"]]

    assert list(CORE_PACKAGES) == declared


def test_a_missing_package_is_named() -> None:
    finding = packages_finding(["numpy", "no-such-package-here"])

    assert finding.status is Status.FAIL
    assert "no-such-package-here" in finding.found
    assert "numpy" not in finding.found


def test_little_memory_is_a_warning() -> None:
    assert memory_finding(1 * GIB, 2).status is Status.WARN
    assert memory_finding(8 * GIB, 2).status is Status.OK


def test_a_home_that_does_not_exist_yet_can_be_made_where_its_parent_can_be_written(
    tmp_path: Path,
) -> None:
    assert home_finding(tmp_path / "a" / "b").status is Status.OK


def test_a_home_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    finding = home_finding(tmp_path / "file" / "home")

    assert finding.status is Status.WARN
    assert "SKYSIFT_HOME" in finding.remedy


def test_a_port_that_is_taken_is_a_warning(taken_port: int) -> None:
    finding = port_finding(taken_port)

    assert finding.status is Status.WARN
    assert str(taken_port) in finding.found


def test_no_runtime_fails_and_names_both_extras() -> None:
    finding = runtime_finding({})

    assert finding.status is Status.FAIL
    assert "skysift[cpu]" in finding.remedy


def test_both_runtimes_fail() -> None:
    finding = runtime_finding({"onnxruntime": "1.31.1", "onnxruntime-gpu": "1.31.1"})

    assert finding.status is Status.FAIL
    assert "pip uninstall" in finding.remedy


def test_one_runtime_is_right() -> None:
    assert runtime_finding({"onnxruntime": "1.31.1"}) == ok("runtime", "onnxruntime 1.31.1")


def test_a_configured_provider_that_is_missing_fails() -> None:
    finding = provider_finding("cuda", [CPU])

    assert finding.status is Status.FAIL
    assert "SKYSIFT_PROVIDER=cuda" in finding.found


def test_auto_says_what_it_chose() -> None:
    assert "runs on cuda" in provider_finding("auto", [CUDA, CPU]).found
    assert "runs on cpu" in provider_finding("auto", [CPU]).found


def test_a_gpu_that_is_not_used_is_worth_a_warning() -> None:
    finding = provider_finding("auto", [CPU], card_is_there=True)

    assert finding.status is Status.WARN
    assert "an NVIDIA GPU that is not used" in finding.found
    assert "install skysift[gpu]" in finding.remedy
    assert provider_finding("cpu", [CPU], card_is_there=True).status is Status.OK


@pytest.mark.usefixtures("a_good_machine")
def test_a_machine_without_faults_exits_with_0(skysift: Skysift, ensemble: Path) -> None:
    shown = skysift("doctor", "--ensemble", ensemble)

    assert shown.code == 0
    assert "ok    ensemble lamps" in shown.out
    assert "ok    voter lamps/far" in shown.out


@pytest.mark.usefixtures("a_good_machine")
def test_an_ensemble_with_mistakes_fails_with_all_of_them(skysift: Skysift, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: x\n", encoding="utf-8")

    shown = skysift("doctor", "--ensemble", wrong)

    assert shown.code == 1
    assert "target: is missing" in shown.out
    assert "voters: is missing" in shown.out


@pytest.mark.usefixtures("a_good_machine")
def test_missing_weights_fail_for_the_voter_that_needs_them(
    skysift: Skysift, tmp_path: Path
) -> None:
    file = tmp_path / "far.yaml"
    file.write_text(ensemble_text(options="{needs: lamp.onnx}"), encoding="utf-8")

    shown = skysift("doctor", "--ensemble", file)

    assert shown.code == 1
    assert "fail  voter lamps/near" in shown.out
    assert "lamp.onnx: there is no such file" in shown.out
    assert "ok    voter lamps/far" in shown.out


CLIP = """
name: lamps
target: a lamp
voters:
  - name: clip
    kind: clip
    threshold: 0.5
    options: {model: ViT-B-32, pretrained: random, positive: [a lamp], negative: [a field]}
"""


@pytest.mark.usefixtures("a_good_machine")
def test_torch_absent_is_told_when_a_model_still_has_to_be_prepared(
    skysift: Skysift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(voter_findings, "find_spec", lambda _: None)
    file = tmp_path / "clip.yaml"
    file.write_text(CLIP, encoding="utf-8")

    shown = skysift("doctor", "--ensemble", file)

    assert shown.code == 1
    assert "pip install skysift[pretrained] (torch, torchvision, open_clip missing)" in shown.out
    assert f"then skysift models prepare {file}" in shown.out


@pytest.mark.usefixtures("a_good_machine")
def test_a_model_that_can_be_prepared_names_the_command(
    skysift: Skysift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(voter_findings, "find_spec", lambda name: name)
    file = tmp_path / "clip.yaml"
    file.write_text(CLIP, encoding="utf-8")

    shown = skysift("doctor", "--ensemble", file)

    assert shown.code == 1
    assert f"to do: skysift models prepare {file}" in shown.out


@pytest.mark.usefixtures("a_good_machine")
def test_json_holds_every_finding(skysift: Skysift, ensemble: Path) -> None:
    findings = json.loads(skysift("doctor", "--ensemble", ensemble, "--json").out)

    assert {finding["status"] for finding in findings} == {"ok"}
    assert findings[0].keys() == {"subject", "status", "found", "remedy"}


@pytest.mark.parametrize(
    ("findings", "code"),
    [([ok("a", "b")], 0), ([warn("a", "b", "c")], 0), ([ok("a", "b"), fail("a", "b", "c")], 1)],
)
def test_only_a_failure_fails(
    skysift: Skysift,
    ensemble: Path,
    monkeypatch: pytest.MonkeyPatch,
    findings: list[Finding],
    code: int,
) -> None:
    monkeypatch.setattr(doctor, "_findings", lambda *_: iter(findings))

    assert skysift("doctor").code == code
