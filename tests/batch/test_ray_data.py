"""On a local Ray cluster of two actors; outside the default suite: `pytest -m ray`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batch.crew import Crew
from batch.input import Input
from batch.journal import Journal
from batch.local import LocalRun
from batch.row import Stamp
from batch.worker import Station
from models.settings import ModelSettings
from tests.batch.mischief import ensemble_in, flight_in, picture

pytestmark = [
    pytest.mark.ray,
    # Ray's own files and sockets are open when Python ends.
    pytest.mark.filterwarnings("ignore"),
]
STAMP = Stamp("lamps", "d1", ("near",), "0.1.0")
TIMES = ("scored_at", "latency_seconds", "ensemble", "digest")


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    ray = pytest.importorskip("ray", reason="needs the extra ray")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")))
    )
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def rows_of(journal: Journal) -> list[dict[str, Any]]:
    return [
        {name: cell for name, cell in row.items() if name not in TIMES} for row in journal.rows()
    ]


def test_a_job_on_ray_has_the_rows_of_one_here_also_when_an_actor_dies(
    cluster: None, tmp_path: Path
) -> None:
    from batch.ray_data import Cluster, run_on_ray  # noqa: PLC0415

    paths = flight_in(tmp_path / "flight", 150)
    picture(paths[70], 200, b"SELF:" + os.fsencode(tmp_path / "mark"))
    picture(paths[99], 200, b"CRASH")
    station = Station(ensemble_in(tmp_path), ModelSettings(provider="cpu", threads=1))
    found = []
    for name in ("ray", "here"):
        (tmp_path / name).mkdir()
        with Journal(tmp_path / name, create=True) as journal:
            journal.begin({"digest": "d1"}, map(Input.of_path, paths))
            if name == "ray":
                run_on_ray(
                    journal,
                    Cluster(2, 0.0, station),
                    STAMP,
                    stopping=lambda: False,
                    tell=lambda _: None,
                )
            else:
                crew = Crew(1, 60.0, station)
                LocalRun(journal, crew, STAMP, stopping=lambda: False, tell=lambda _: None)()
            found.append(rows_of(journal))
            assert journal.spent().keys() == {"*wall", "near"}

    on_ray, here = found
    assert (tmp_path / "mark").exists()
    assert on_ray[99].pop("detail") is not None
    assert here[99].pop("detail") is not None
    assert on_ray == here
    assert [row["reasons"] for row in on_ray].count(["crashed"]) == 1
