"""Processes that die while they look at a picture."""

from pathlib import Path

import pytest

from curation.crew import Crew
from curation.looker import File, Station
from curation.manifest_schema import MadeWith, schema_of
from ensembles.errors import SkysiftError
from models.settings import ModelSettings
from tests.batch.mischief import ensemble_in, flight_in, picture

SCHEMA = schema_of(MadeWith("lamps", "d", ("near",)))


def crew_in(folder: Path, options: str = "{}", *, workers: int = 1) -> Crew:
    settings = ModelSettings(provider="cpu", threads=1)
    return Crew(Station(ensemble_in(folder, options), settings), SCHEMA, workers=workers)


def rows_of(crew: Crew, paths: list[Path]) -> dict[str, str | None]:
    files = [File.at(str(path)) for path in paths]
    chunks = [files[start : start + 4] for start in range(0, len(files), 4)]
    rows = [row for table in crew.look_at(chunks) for row in table.to_pylist()]
    assert [row["source"] for row in rows] == [str(path) for path in paths]
    return {Path(row["source"]).name: row["reason"] for row in rows}


def test_only_the_picture_that_ends_a_process_is_blamed(tmp_path: Path) -> None:
    paths = flight_in(tmp_path / "flight", 10)
    paths[5] = picture(paths[5], 9, b"CRASH")

    reasons = rows_of(crew_in(tmp_path), paths)

    assert {name for name, reason in reasons.items() if reason} == {"0005.png"}
    assert reasons["0005.png"] == "crashed"


def test_a_kill_from_outside_condemns_no_picture(tmp_path: Path) -> None:
    paths = flight_in(tmp_path / "flight", 6)
    mark = tmp_path / "mark"
    paths[2] = picture(paths[2], 9, b"SELF:" + str(mark).encode())

    reasons = rows_of(crew_in(tmp_path, workers=2), paths)

    assert mark.exists()
    assert not any(reasons.values())


def test_processes_that_always_die_end_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.crew.MOST_DEATHS_IN_A_ROW", 2)
    paths = flight_in(tmp_path / "flight", 2)

    with pytest.raises(SkysiftError, match="2 worker processes ended without one row"):
        rows_of(crew_in(tmp_path, "{deadly: true}"), paths)
