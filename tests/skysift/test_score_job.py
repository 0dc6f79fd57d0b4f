"""`skysift score` with a folder as `--out`: jobs that are killed, stopped and gone on with."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from batch.journal import Journal
from tests.batch.mischief import ensemble_in, flight_in, picture
from tests.skysift.conftest import Skysift

TIMES = ("scored_at", "latency_seconds")
"""What two runs may differ in."""

Job = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    flight_in(tmp_path / "flight", 60)
    (tmp_path / "flight" / "0059.png").write_text("no picture")
    return tmp_path / "flight"


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return ensemble_in(tmp_path)


@pytest.fixture
def job(tmp_path: Path, flight: Path, lamps: Path) -> Job:
    """Run the command in a process of its own, which may be killed."""

    def call(*more: object, out: Path | None = None) -> "subprocess.CompletedProcess[str]":
        out = out or tmp_path / "run"
        command = ("score", flight, "--ensemble", lamps, "--out", out, "--workers", 1, *more)
        return subprocess.run(
            [sys.executable, "-m", "skysift", *map(str, command)],
            env={**os.environ, "SKYSIFT_PROVIDER": "cpu"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return call


def rows_in(run: Path) -> Iterator[dict[str, Any]]:
    with Journal(run) as journal:
        for row in journal.rows():
            yield {name: cell for name, cell in row.items() if name not in TIMES}


def order(number: int, mark: Path) -> bytes:
    return b"ONCE:%d:%s" % (number, os.fsencode(mark))


def test_a_job_killed_again_and_again_has_the_rows_of_one_that_was_not(
    job: Job, flight: Path, tmp_path: Path
) -> None:
    marks = [tmp_path / f"mark{i}" for i in range(3)]
    for mark, number in zip(marks, (2, 31, 58), strict=True):
        picture(flight / f"{number:04}.png", 200, order(signal.SIGKILL, mark))

    codes = [job("--resume").returncode for _ in range(4)]
    calm = job(out=tmp_path / "calm")

    # Two workers may reach their picture in the same run, and both kill it.
    killed = codes.count(-signal.SIGKILL)
    assert 2 <= killed <= 3
    assert codes[killed:] == [1] * (4 - killed)  # 1: one input is no picture
    assert all(mark.exists() for mark in marks)
    assert calm.returncode == 1
    assert list(rows_in(tmp_path / "run")) == list(rows_in(tmp_path / "calm"))
    with Journal(tmp_path / "run") as journal:
        assert journal.counts().scored == 59
        assert journal.suspects() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_job_that_is_stopped_finishes_its_frames_and_says_how_to_go_on(
    job: Job, flight: Path, tmp_path: Path, number: signal.Signals
) -> None:
    picture(flight / "0001.png", 200, order(number, tmp_path / "mark"))

    stopped = job()
    done = len(list(rows_in(tmp_path / "run")))
    finished = job("--resume")

    assert stopped.returncode == 128 + number
    assert f"stopped: {done} of 60 have their row" in stopped.stderr
    assert "--resume goes on" in stopped.stderr
    assert 0 < done < 60
    assert finished.returncode == 1
    assert f"going on: {done} of 60" in finished.stderr
    assert len(list(rows_in(tmp_path / "run"))) == 60


def test_a_full_disk_is_told_and_the_job_goes_on_when_there_is_room(
    skysift: Skysift, flight: Path, lamps: Path, tmp_path: Path
) -> None:
    """A limit on the size of files stands in for a small disk: both refuse the same write."""
    command = ("score", flight, "--ensemble", lamps, "--out", tmp_path / "run", "--workers", 1)
    code = (
        "import resource, signal, sys; from skysift.app import run;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); sys.exit(run(sys.argv[1:]))"
    )
    full = subprocess.run(
        [sys.executable, "-c", code, *map(str, command)],
        env={**os.environ, "SKYSIFT_PROVIDER": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert full.returncode == 2, full.stderr
    assert "make room" in full.stderr
    assert "Traceback" not in full.stderr
    assert skysift(*command, "--resume").code == 1
    assert skysift("audit", tmp_path / "run").code == 0


@pytest.fixture
def few(tmp_path: Path) -> Path:
    flight_in(tmp_path / "few", 3)
    return tmp_path / "few"


def test_a_job_writes_its_rows_its_sums_and_what_to_do_next(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    (few / "notes.jpg").write_text("no picture")
    formats = "csv,jsonl,coco,megadetector,geojson,kml,gpx,html"

    shown = skysift(
        "score", few, "--ensemble", lamps, "--out", run, "--workers", 1, "--formats", formats
    )

    assert shown.code == 1
    assert "inputs      4 = 3 scored + 1 failed" in shown.out
    assert "reason      not_an_image: 1" in shown.out
    assert f"skysift audit {run} --failed" in shown.err
    said = json.loads((run / "summary.json").read_text())
    assert said["complete"] is True
    assert (said["inputs"], said["scored"], said["failed"], said["review"]) == (4, 3, 1, 1)
    assert (
        'skysift_job_inputs{ensemble="lamps",outcome="failed"} 1.0'
        in (run / "skysift_job.prom").read_text()
    )
    names = {path.name for path in run.iterdir()}
    assert {"rows.csv", "rows.jsonl", "coco.json", "frames.kml", "flight.gpx", "kept.html"} <= names
    assert not [name for name in names if "unfinished" in name]
    assert skysift("audit", run).code == 0
    assert "notes.jpg\tnot_an_image\t" in skysift("audit", run, "--failed").out


def begun(skysift: Skysift, few: Path, lamps: Path, run: Path) -> tuple[object, ...]:
    command = ("score", few, "--ensemble", lamps, "--out", run, "--workers", 1)
    assert skysift(*command).code == 0
    return command


def test_a_folder_with_a_job_in_it_is_not_written_over(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    command = begun(skysift, few, lamps, tmp_path / "run")

    again = skysift(*command)

    assert again.code == 2
    assert "go on with it by --resume" in again.err
    assert skysift(*command, "--resume").code == 0


def test_another_ensemble_is_not_mixed_in(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    command = begun(skysift, few, lamps, tmp_path / "run")
    lamps.write_text(lamps.read_text().replace("threshold: 0.5", "threshold: 0.6"))

    refused = skysift(*command, "--resume")

    assert refused.code == 2
    assert "digest: was" in refused.err


def test_other_options_and_another_version_are_not_mixed_in(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    command = begun(skysift, few, lamps, tmp_path / "run")
    with Journal(tmp_path / "run") as journal:
        journal.note("skysift_version", "0.0.1")

    refused = skysift(*command, "--resume", "--limit", 2)

    assert refused.code == 2
    assert "limit: was None, is 2" in refused.err
    assert "skysift_version: was '0.0.1'" in refused.err


def test_inputs_that_came_later_are_not_passed_over_in_silence(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    command = begun(skysift, few, lamps, tmp_path / "run")
    picture(few / "late.png", 3)

    refused = skysift(*command, "--resume")

    assert refused.code == 2
    assert "late.png" in refused.err


def test_two_runs_in_one_folder_are_one_too_many(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    command = begun(skysift, few, lamps, tmp_path / "run")
    with (tmp_path / "run" / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        refused = skysift(*command, "--resume")

    assert refused.code == 2
    assert f"process {os.getpid()} is at work" in refused.err
    assert skysift(*command, "--resume").code == 0


def test_a_folder_that_cannot_be_made_is_told_in_words(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    shown = skysift("score", few, "--ensemble", lamps, "--out", tmp_path / "file" / "run")

    assert shown.code == 2
    assert "Not a directory" in shown.err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--labels", "labels.csv"), "--labels belongs to a score table"),
        (("--formats", "csv,geojsen"), "did you mean 'geojson'"),
        (("--part", "5/4"), "must be like 3/16"),
        (("--every", "often"), "must be like 1s"),
        (("--engine", "spark"), "there is no 'spark'"),
    ],
)
def test_wrong_options_are_told_before_any_work(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    shown = skysift("score", few, "--ensemble", lamps, "--out", tmp_path / "run", *more)

    assert shown.code == 2
    assert told in shown.err
    assert not (tmp_path / "run").exists()


def test_a_score_table_takes_no_options_of_a_job(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    shown = skysift("score", few, "--ensemble", lamps, "--out", tmp_path / "scores.csv", "--resume")

    assert shown.code == 2
    assert "--resume: for a job only" in shown.err


def test_a_folder_without_pictures_is_no_job(skysift: Skysift, lamps: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    shown = skysift("score", tmp_path / "empty", "--ensemble", lamps, "--out", tmp_path / "run")

    assert shown.code == 2
    assert "nothing to judge" in shown.err


def test_kept_originals_are_copied_and_stay(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    picture(few / "other" / "0002.png", 250)
    picture(few / "0002.png", 251)
    begun(skysift, few, lamps, tmp_path / "run")

    shown = skysift("copy-kept", tmp_path / "run", "--to", tmp_path / "kept")
    again = skysift("copy-kept", tmp_path / "run", "--to", tmp_path / "kept")

    assert (shown.code, again.code) == (0, 0)
    copies = sorted((tmp_path / "kept").iterdir())
    assert len(copies) == 2
    originals = (few / "0002.png", few / "other" / "0002.png")
    assert {path.read_bytes() for path in copies} == {path.read_bytes() for path in originals}


def test_an_original_that_is_gone_is_told(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    bright = picture(few / "0002.png", 251)
    begun(skysift, few, lamps, tmp_path / "run")
    bright.unlink()

    shown = skysift("copy-kept", tmp_path / "run", "--to", tmp_path / "kept", "--link")

    assert shown.code == 1
    assert "No such file" in shown.err


def parts_of(skysift: Skysift, few: Path, lamps: Path, folder: Path, *parts: str) -> Iterator[Path]:
    for part in parts:
        run = folder / part.replace("/", "of")
        options = ("--ensemble", lamps, "--out", run, "--workers", 1, "--part", part)
        assert skysift("score", few, *options).code == 0
        yield run


def test_merged_parts_are_the_whole(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    parts = list(parts_of(skysift, few, lamps, tmp_path, "2/2", "1/2"))
    begun(skysift, few, lamps, tmp_path / "whole")

    shown = skysift("merge", *parts, "--out", tmp_path / "run")

    assert shown.code == 0
    assert "inputs      3 = 3 scored + 0 failed" in shown.out
    assert list(rows_in(tmp_path / "run")) == list(rows_in(tmp_path / "whole"))
    assert skysift("audit", tmp_path / "run").code == 0


def test_parts_of_which_one_is_missing_are_not_merged(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    (part,) = parts_of(skysift, few, lamps, tmp_path, "1/2")

    shown = skysift("merge", part, "--out", tmp_path / "run")

    assert shown.code == 2
    assert "parts 1 to 2 of 2 are needed, each once; named were 1/2, missing: 2/2" in shown.err


@pytest.mark.parametrize("command", ["merge", "copy-kept", "export"])
def test_a_folder_that_cannot_be_made_is_told_by_every_command(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path, command: str
) -> None:
    begun(skysift, few, lamps, tmp_path / "run")
    (tmp_path / "file").touch()
    options = {
        "merge": ("--out",),
        "copy-kept": ("--to",),
        "export": ("--format", "csv", "--to"),
    }

    shown = skysift(command, tmp_path / "run", *options[command], tmp_path / "file" / "new")

    assert shown.code == 2
    assert "Not a directory" in shown.err


def test_parts_of_two_jobs_are_not_merged(
    skysift: Skysift, few: Path, lamps: Path, tmp_path: Path
) -> None:
    parts = list(parts_of(skysift, few, lamps, tmp_path, "1/2"))
    lamps.write_text(lamps.read_text().replace("threshold: 0.5", "threshold: 0.6"))
    parts += parts_of(skysift, few, lamps, tmp_path, "2/2")

    shown = skysift("merge", *parts, "--out", tmp_path / "run")

    assert shown.code == 2
    assert "they differ in digest" in shown.err
