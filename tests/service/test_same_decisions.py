"""On the same pictures, HTTP and a job decide the same: they share everything after the bytes."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from batch.crew import Crew
from batch.input import Input
from batch.journal import Journal
from batch.local import LocalRun
from batch.score import stamp_of
from batch.worker import Station
from benchmarks.same_decisions import Judged, apart
from models.ensemble import load_ensemble
from models.settings import ModelSettings
from monitoring.around import guard
from skysift.app import run
from tests.service.fakes import client_of

DEMO = Path(__file__).parents[2] / "configs" / "demo.yaml"
SETTINGS = ModelSettings(provider="cpu", threads=1)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Frames of the demo world, and three files that are broken in ways of their own."""
    sizes = ("--flights", "2", "--frames", "8", "--width", "320", "--height", "240")
    assert run(["demo", "draw", str(tmp_path / "flights"), *sizes, "--seed", "13"]) == 0
    drawn = sorted((tmp_path / "flights").glob("*/*.jpg"))
    drawn[3].write_bytes(drawn[3].read_bytes()[:-2000])
    drawn[5].write_bytes(b"")
    drawn[7].write_text("no picture")
    return drawn


def answers_over_http(client: TestClient, pictures: list[Path]) -> list[Judged]:
    said = []
    for path in pictures:
        response = client.post("/v1/triage", content=path.read_bytes())
        answer = response.json()
        votes = {vote["voter"]: vote["score"] for vote in answer.get("votes", ())}
        reasons = answer["reasons"] if response.is_success else [answer["reason"]]
        said.append(Judged(answer["decision"], tuple(reasons), votes))
    return said


def rows_of_a_job(folder: Path, pictures: list[Path]) -> list[Judged]:
    ensemble = load_ensemble(DEMO, SETTINGS)
    folder.mkdir()
    with Journal(folder, create=True) as journal:
        journal.begin({"digest": ensemble.digest}, map(Input.of_path, pictures))
        crew = Crew(1, 60.0, Station(DEMO, SETTINGS))
        stamp = stamp_of(ensemble)
        LocalRun(journal, crew, stamp, stopping=lambda: False, tell=lambda _: None)()
        return [Judged.of_row(row, stamp.voters) for row in journal.rows()]


def test_a_job_decides_as_the_service_does(pictures: list[Path], tmp_path: Path) -> None:
    client = client_of(load_ensemble(DEMO, SETTINGS, around=guard))

    over_http = answers_over_http(client, pictures)
    in_a_job = rows_of_a_job(tmp_path / "run", pictures)

    assert apart(over_http, in_a_job).alike
    assert {each.decision for each in over_http} == {"review", "skip"}
    assert [each.reasons for each in over_http if not each.scores] == [
        ("truncated",),
        ("empty",),
        ("not_an_image",),
    ]


@pytest.mark.parametrize(
    "other",
    [
        Judged("skip", (), {"a": 0.5}),
        Judged("review", ("voter_failed",), {"a": 0.5}),
        Judged("review", (), {"a": 0.50001}),
        Judged("review", (), {"a": None}),
        Judged("review", (), {"a": 0.5, "b": 0.5}),
    ],
)
def test_what_differs_in_anything_is_not_alike(other: Judged) -> None:
    one = Judged("review", (), {"a": 0.5})

    assert apart([one], [one]).alike
    assert not apart([one], [other]).alike
    assert not apart([other], [one]).alike
