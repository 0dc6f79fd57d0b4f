import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pytest

from curation import index as index_module
from curation.index import Indexed, index
from curation.looker import File, Looker
from curation.manifest import read_manifest
from curation.parts import SUFFIX, Parts
from ensembles.errors import ConfigError, SkysiftError
from tests.curation.lamps import picture, station_in

PICTURES = 40


def files_in(folder: Path) -> list[File]:
    return [File.at(str(path)) for path in sorted(folder.glob("*.png"))]


def indexed(folder: Path, *, again: bool = False) -> tuple[Indexed, list[str]]:
    """Bring the manifest of a folder's pictures up to date; also return what was looked at."""
    looker = Looker(station_in(folder.parent))
    seen: list[str] = []

    def look_at(chunks: Iterable[list[File]]) -> Iterator[pa.Table]:
        for chunk in chunks:
            seen.extend(Path(file.source).name for file in chunk)
            yield looker.look(chunk)

    with Parts(folder.parent / "frames.parquet", looker.made_with) as parts:
        return index(files_in(folder), parts, look_at, again=again), seen


def rows_of(folder: Path) -> dict[str, dict[str, object]]:
    rows = read_manifest(folder.parent / "frames.parquet").to_pylist()
    by_name = {Path(row["source"]).name: row for row in rows}
    assert len(by_name) == len(rows), "a source has two rows"
    return by_name


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    for number in range(PICTURES):
        picture(tmp_path / "flight" / f"{number:03d}.png", 40 * number % 256)
    return tmp_path / "flight"


def test_every_file_has_one_row_in_the_order_they_were_named(flight: Path) -> None:
    done, _ = indexed(flight)

    assert (done.fresh, done.known, done.failed, done.total) == (PICTURES, 0, 0, PICTURES)
    assert list(rows_of(flight)) == [f"{number:03d}.png" for number in range(PICTURES)]


def test_a_second_run_looks_only_at_what_is_new_or_changed(flight: Path) -> None:
    indexed(flight)
    before = rows_of(flight)
    picture(flight / "new.png", 1)
    changed = picture(flight / "003.png", 251)
    os.utime(changed, ns=(1, 1))

    done, seen = indexed(flight)

    after = rows_of(flight)
    assert seen == ["003.png", "new.png"]
    assert (done.known, done.total) == (PICTURES - 1, PICTURES + 1)
    assert after["003.png"]["id"] != before["003.png"]["id"]
    assert after["004.png"] == before["004.png"]


def test_a_row_stays_when_its_file_is_gone(flight: Path) -> None:
    indexed(flight)
    (flight / "000.png").unlink()

    done, seen = indexed(flight)

    assert (seen, done.total) == ([], PICTURES)


def test_failures_are_looked_at_again_only_when_asked(flight: Path) -> None:
    (flight / "text.png").write_text("no picture", encoding="utf-8")
    done, _ = indexed(flight)

    assert done.failed == 1
    assert indexed(flight)[1] == []
    assert indexed(flight, again=True)[1] == ["text.png"]
    assert len(rows_of(flight)) == PICTURES + 1


def die_after(folder: Path, chunks: int) -> None:
    """Index until so many chunks were looked at, then end like a process that is killed."""
    index_module.ROWS_PER_PART = 8
    looker = Looker(station_in(folder.parent))

    def look_at(given: Iterable[list[File]]) -> Iterator[pa.Table]:
        for number, chunk in enumerate(given):
            if number == chunks:
                os.kill(os.getpid(), signal.SIGKILL)
            yield looker.look(chunk)

    with Parts(folder.parent / "frames.parquet", looker.made_with) as parts:
        index(files_in(folder), parts, look_at)


@pytest.mark.parametrize("chunks", [0, 1, 3])
def test_a_kill_loses_nothing_that_was_finished(flight: Path, chunks: int) -> None:
    process = get_context("spawn").Process(target=die_after, args=(flight, chunks))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not (flight.parent / "frames.parquet").exists()

    done, seen = indexed(flight)

    assert done.known == chunks * index_module.CHUNK
    assert len(seen) == PICTURES - done.known
    assert len(rows_of(flight)) == PICTURES
    assert not (flight.parent / f"frames.parquet{SUFFIX}").exists()


def test_a_kill_between_the_manifest_and_the_end_of_its_parts_doubles_no_row(flight: Path) -> None:
    indexed(flight)
    parts = flight.parent / f"frames.parquet{SUFFIX}"
    parts.mkdir()
    shutil.copy(flight.parent / "frames.parquet", parts / "00000000.parquet")

    done, seen = indexed(flight)

    assert (seen, done.total) == ([], PICTURES)


def test_what_was_finished_is_kept_when_looking_fails(flight: Path) -> None:
    looker = Looker(station_in(flight.parent))

    def look_at(chunks: Iterable[list[File]]) -> Iterator[pa.Table]:
        yield looker.look(next(iter(chunks)))
        raise SkysiftError("the processes died")

    with (
        pytest.raises(SkysiftError, match="the processes died"),
        Parts(flight.parent / "frames.parquet", looker.made_with) as parts,
    ):
        index(files_in(flight), parts, look_at)

    assert indexed(flight)[0].known == index_module.CHUNK


def test_another_ensemble_is_refused(flight: Path) -> None:
    indexed(flight)
    other = Looker(station_in(flight.parent, threshold=0.7))

    with (
        pytest.raises(ConfigError, match="was made with ensemble 'lamps' of digest"),
        Parts(flight.parent / "frames.parquet", other.made_with),
    ):
        pass


def test_two_runs_cannot_write_one_manifest(flight: Path) -> None:
    made_with = Looker(station_in(flight.parent)).made_with
    out = flight.parent / "frames.parquet"

    with (
        Parts(out, made_with),
        pytest.raises(SkysiftError, match="another run is writing it"),
        Parts(out, made_with),
    ):
        pass
