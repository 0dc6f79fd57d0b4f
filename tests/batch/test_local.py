"""Worker processes that die, hang and refuse, under a job that lives."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch.crew import Crew
from batch.entries import Counts
from batch.input import Input
from batch.journal import Journal
from batch.local import LocalRun
from batch.row import Stamp
from batch.worker import Station
from ensembles.errors import SkysiftError
from models.settings import ModelSettings
from tests.batch.mischief import ensemble_in, flight_in, picture

STAMP = Stamp("lamps", "d1", ("near",), "0.1.0")
Run = Callable[..., Counts]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path, create=True) as made:
        yield made


@pytest.fixture
def run(journal: Journal, tmp_path: Path) -> Run:
    def call(
        paths: list[Path],
        *,
        workers: int = 1,
        deadline_seconds: float = 60.0,
        options: str = "{}",
        stopping: Callable[[], bool] = lambda: False,
    ) -> Counts:
        if not journal.about():
            journal.begin({"digest": "d1"}, map(Input.of_path, paths))
        settings = ModelSettings(provider="cpu", threads=1)
        station = Station(ensemble_in(tmp_path, options), settings)
        crew = Crew(workers, deadline_seconds, station)
        return LocalRun(journal, crew, STAMP, stopping=stopping, tell=lambda _: None)()

    return call


def reasons(journal: Journal) -> dict[str, tuple[str, ...]]:
    return {Path(row["source"]).name: tuple(row["reasons"]) for row in journal.rows()}


def test_every_input_gets_its_own_row_from_several_workers(
    run: Run, journal: Journal, tmp_path: Path
) -> None:
    paths = [*flight_in(tmp_path / "flight", 90), tmp_path / "missing.jpg"]

    counts = run(paths, workers=2)

    assert (counts.inputs, counts.scored, counts.failed) == (91, 90, 1)
    assert counts == journal.counts()
    assert [row["source"] for row in journal.rows()] == [str(path) for path in paths]
    scores = {row["source"]: row["score_near"] for row in journal.rows()}
    assert scores[str(paths[3])] == pytest.approx(120 / 255)
    assert journal.spent()["near"] > 0


def test_a_picture_that_crashes_its_decoder_costs_itself_and_nobody_else(
    run: Run, journal: Journal, tmp_path: Path
) -> None:
    paths = flight_in(tmp_path / "flight", 40)
    picture(paths[17], 200, b"CRASH")

    counts = run(paths)

    said = reasons(journal)
    assert (counts.scored, counts.failed) == (39, 1)
    assert said.pop("0017.png") == ("crashed",)
    assert set(said.values()) == {()}


def test_a_picture_that_hangs_its_decoder_costs_its_deadline_and_nobody_else(
    run: Run, journal: Journal, tmp_path: Path
) -> None:
    paths = flight_in(tmp_path / "flight", 12)
    picture(paths[5], 200, b"HANG")

    counts = run(paths, deadline_seconds=3.0)

    said = reasons(journal)
    assert (counts.scored, counts.failed) == (11, 1)
    assert said.pop("0005.png") == ("timeout",)
    assert set(said.values()) == {()}


def test_an_input_that_vanished_is_a_failed_row(run: Run, journal: Journal, tmp_path: Path) -> None:
    paths = flight_in(tmp_path / "flight", 3)
    journal.begin({"digest": "d1"}, map(Input.of_path, paths))
    paths[1].unlink()

    counts = run(paths)

    assert (counts.scored, counts.failed) == (2, 1)
    assert reasons(journal)["0001.png"] == ("unreadable",)


def test_what_stops_at_once_has_no_row_and_no_death(
    run: Run, journal: Journal, tmp_path: Path
) -> None:
    paths = flight_in(tmp_path / "flight", 3)

    counts = run(paths, stopping=lambda: True)

    assert counts.done == 0
    assert len(list(journal.waiting())) == 3


def test_models_that_cannot_be_loaded_end_the_job_in_words(run: Run, tmp_path: Path) -> None:
    paths = flight_in(tmp_path / "flight", 3)

    with pytest.raises(SkysiftError, match="the lamp has no bulb"):
        run(paths, options="{broken: true}")


def test_workers_that_die_while_they_load_end_the_job_in_words(run: Run, tmp_path: Path) -> None:
    paths = flight_in(tmp_path / "flight", 3)

    with pytest.raises(SkysiftError, match=r"while they load the models \(exit code -9\)"):
        run(paths, options="{deadly: true}")


def test_a_job_with_nothing_left_starts_no_process(run: Run, tmp_path: Path) -> None:
    paths = flight_in(tmp_path / "flight", 3)
    run(paths)

    counts = run(paths, options="{broken: true}")

    assert counts.done == 3
