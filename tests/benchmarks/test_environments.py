from pathlib import Path

import pytest

from benchmarks.asking import plain_scores, raw
from benchmarks.contender import UnavailableError
from benchmarks.environments import python_of
from benchmarks.program import Program
from benchmarks.setting.setting import Setting
from models.settings import ModelSettings


def test_an_environment_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    home = tmp_path / "peer"
    (home / "bin").mkdir(parents=True)
    (home / "installed.txt").write_text("a==1\nb")

    assert python_of(tmp_path, "peer", ["a==1", "b"]) == home / "bin" / "python"


def test_what_cannot_be_installed_says_why(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot be installed"):
        python_of(tmp_path, "peer", ["a"], base=tmp_path / "no-python")

    assert not (tmp_path / "peer" / "installed.txt").exists()


def program(command: str, tries: int = 1) -> Program:
    return Program(
        name="fake",
        command=("-c", command),
        packages=(),
        ready="/",
        ask=raw("/"),
        understand=plain_scores,
        tries=tries,
    )


def setting(folder: Path) -> Setting:
    (folder / "logs").mkdir()
    return Setting(folder, ModelSettings(), ())


def test_a_server_is_ready_and_is_ended(tmp_path: Path) -> None:
    serve = (
        "import os\nfrom http.server import SimpleHTTPRequestHandler, test\n"
        "test(SimpleHTTPRequestHandler, port=int(os.environ['BENCH_PORT']), bind='127.0.0.1')"
    )

    with program(serve)(setting(tmp_path)) as running:
        pid = running.process_id
        assert Path(f"/proc/{pid}").exists()

    assert not Path(f"/proc/{pid}").exists()


def test_a_server_that_ends_tells_what_it_printed(tmp_path: Path) -> None:
    with (
        pytest.raises(UnavailableError, match="no such model"),
        program("import sys; sys.exit('no such model')")(setting(tmp_path)),
    ):
        pass


def test_a_server_is_started_again_as_often_as_was_said(tmp_path: Path) -> None:
    count = tmp_path / "count"
    command = f"open({str(count)!r}, 'a').write('x')"

    with pytest.raises(UnavailableError), program(command, tries=3)(setting(tmp_path)):
        pass

    assert count.read_text() == "xxx"
